using System.Collections.Immutable;

namespace QuicPair.Grains.Interfaces;

/// <summary>
/// A phone's offer as the front door received it (docs/protocol.md, 3.1). The front door cannot verify it.
/// </summary>
/// <param name="Mac">The Mac that it is for.</param>
/// <param name="Device">The device that says it sends it.</param>
/// <param name="Sdp">The session description, the decoded string, exact.</param>
/// <param name="Timestamp">The phone's clock, unix seconds.</param>
/// <param name="Nonce">16 bytes.</param>
/// <param name="Versions">The protocol versions that the phone speaks, in JSON order, 1 to 16 of
/// them.</param>
/// <param name="Auth">The first 16 bytes of the HMAC.</param>
[GenerateSerializer, Immutable, Alias("quicpair.OfferEnvelope")]
public sealed record OfferEnvelope(
    [property: Id(0)] MacId Mac,
    [property: Id(1)] DeviceId Device,
    [property: Id(2)] string Sdp,
    [property: Id(3)] long Timestamp,
    [property: Id(4)] ImmutableArray<byte> Nonce,
    [property: Id(5)] ImmutableArray<byte> Versions,
    [property: Id(6)] ImmutableArray<byte> Auth);
