using System.Collections.Immutable;

namespace QuicPair.Grains.Interfaces;

/// <summary>
/// A phone's request for ICE servers (docs/protocol.md, 3.2): an offer's envelope without a description.
/// </summary>
/// <param name="Mac">The Mac that vouches for the device.</param>
/// <param name="Device">The device that says it sends it.</param>
/// <param name="Timestamp">The phone's clock, unix seconds.</param>
/// <param name="Nonce">16 bytes, of their own sequence.</param>
/// <param name="Versions">The protocol versions that the phone speaks.</param>
/// <param name="Auth">The first 16 bytes of the HMAC.</param>
[GenerateSerializer, Immutable, Alias("quicpair.IceEnvelope")]
public sealed record IceEnvelope(
    [property: Id(0)] MacId Mac,
    [property: Id(1)] DeviceId Device,
    [property: Id(2)] long Timestamp,
    [property: Id(3)] ImmutableArray<byte> Nonce,
    [property: Id(4)] ImmutableArray<byte> Versions,
    [property: Id(5)] ImmutableArray<byte> Auth);
