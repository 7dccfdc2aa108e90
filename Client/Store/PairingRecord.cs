using System.Text.Json.Serialization;
using QuicPair.Protocol;

namespace QuicPair.Client.Store;

/// <summary>
/// What a phone keeps about one pairing (QP/1 sections 2 and 5): its own key, the invitation until it is spent, and the
/// lasting keys once there are some.
/// </summary>
public sealed record PairingRecord
{
    /// <summary>The front door's origin.</summary>
    public required string Origin { get; init; }

    /// <summary>The Mac's static public key, 32 bytes.</summary>
    public required byte[] MacPublicKey { get; init; }

    /// <summary>This device's id at that Mac.</summary>
    public required string DeviceId { get; init; }

    /// <summary>The private key of this phone for this Mac, 32 bytes.</summary>
    public required byte[] PrivateKey { get; init; }

    /// <summary>What the owner asked for.</summary>
    public LinkFlags Flags { get; init; }

    /// <summary>The invitation; null once it is spent.</summary>
    public byte[]? Secret { get; init; }

    /// <summary>When the invitation expires, Unix seconds.</summary>
    public uint Expiry { get; init; }

    /// <summary>The lasting PSK; null until the Mac sent <c>paired</c>.</summary>
    public byte[]? Psk { get; init; }

    /// <summary>The lasting key of offers; null until the Mac sent <c>paired</c>.</summary>
    public byte[]? OfferKey { get; init; }

    /// <summary>How far another Mac's vouching is; null once a session has begun, and without one.</summary>
    public VouchingStage? Vouching { get; init; }

    /// <summary>The Mac's name, safe to show; empty until it was told.</summary>
    public string MacName { get; init; } = "";

    /// <summary>The Mac's id.</summary>
    [JsonIgnore]
    public string MacId => KeySchedule.MacId(MacPublicKey);

    /// <summary>Whether there are lasting keys.</summary>
    [JsonIgnore]
    public bool HasLastingKeys => Psk is not null && OfferKey is not null;

    /// <summary>Whether the owner wants it used in the local network only.</summary>
    internal bool IsLocalOnly => Flags.HasFlag(LinkFlags.LocalNetworkOnly);

    /// <summary>Without keys.</summary>
    public override string ToString() => $"PairingRecord {{ {MacName} {MacId} at {Origin}, [redacted] }}";
}
