namespace QuicPair.Grains.Interfaces;

/// <summary>What may be shown of a pairing: no key, no secret, no content, no address.</summary>
/// <param name="Key">Which device, on which Mac.</param>
/// <param name="Stage">How far it has come; null when the Mac does not know the device.</param>
/// <param name="Name">The first character of the device's name; empty before it is claimed.</param>
/// <param name="Since">When it came to this stage, as far as known.</param>
/// <param name="LastSeen">When it last had a live session, as far as known.</param>
/// <param name="Session">Its live session, or null when it is not connected.</param>
[GenerateSerializer, Immutable, Alias("quicpair.PairingSnapshot")]
public sealed record PairingSnapshot(
    [property: Id(0)] PairingKey Key,
    [property: Id(1)] PairingStage? Stage,
    [property: Id(2)] string Name,
    [property: Id(3)] DateTimeOffset? Since,
    [property: Id(4)] DateTimeOffset? LastSeen,
    [property: Id(5)] SessionSnapshot? Session);
