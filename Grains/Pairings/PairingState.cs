namespace QuicPair.Grains.Pairings;

/// <summary>How far a pairing has come, with what that stage knows.</summary>
internal abstract record PairingState
{
    private PairingState()
    {
    }

    /// <summary>The Mac does not know the device.</summary>
    public sealed record Unknown : PairingState;

    /// <summary>The Mac shows the invitation.</summary>
    public sealed record Invited(DateTimeOffset Since) : PairingState;

    /// <summary>A device holds lasting keys that are not committed.</summary>
    public sealed record Claimed(string Name, DateTimeOffset Since) : PairingState;

    /// <summary>Both ends hold the lasting keys.</summary>
    public sealed record Paired(string Name, DateTimeOffset Since, DateTimeOffset? LastSeen) : PairingState;

    /// <summary>The owner removed the device; nothing leads out of here.</summary>
    public sealed record Revoked(string Name, DateTimeOffset Since) : PairingState;
}
