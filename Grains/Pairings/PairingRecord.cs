using QuicPair.Grains.Interfaces;

namespace QuicPair.Grains.Pairings;

/// <summary>A pairing as it is stored: names and times, no key.</summary>
internal sealed record PairingRecord : IGrainRecord
{
    /// <summary>The version that this program writes and reads.</summary>
    public const int CurrentSchema = 1;

    /// <inheritdoc/>
    public int Schema { get; init; } = CurrentSchema;

    /// <inheritdoc/>
    public string Key { get; init; } = string.Empty;

    /// <summary>The stage; null when the device is not known (any longer).</summary>
    public PairingStage? Stage { get; init; }

    /// <summary>The device's name.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>When it came to this stage.</summary>
    public DateTimeOffset Since { get; init; }

    /// <summary>When it last had a live session.</summary>
    public DateTimeOffset? LastSeen { get; init; }

    /// <summary>Writes a state down.</summary>
    public static PairingRecord Of(string key, PairingState state) => state switch
    {
        PairingState.Invited s => new() { Key = key, Stage = PairingStage.Invited, Since = s.Since },
        PairingState.Claimed s => new()
        {
            Key = key,
            Stage = PairingStage.Claimed,
            Name = s.Name,
            Since = s.Since,
        },
        PairingState.Paired s => new()
        {
            Key = key,
            Stage = PairingStage.Paired,
            Name = s.Name,
            Since = s.Since,
            LastSeen = s.LastSeen,
        },
        PairingState.Revoked s => new()
        {
            Key = key,
            Stage = PairingStage.Revoked,
            Name = s.Name,
            Since = s.Since,
        },
        _ => new() { Key = key },
    };

    /// <summary>Reads the state back.</summary>
    public PairingState ToState() => Stage switch
    {
        PairingStage.Invited => new PairingState.Invited(Since),
        PairingStage.Claimed => new PairingState.Claimed(Name, Since),
        PairingStage.Paired => new PairingState.Paired(Name, Since, LastSeen),
        PairingStage.Revoked => new PairingState.Revoked(Name, Since),
        _ => new PairingState.Unknown(),
    };
}
