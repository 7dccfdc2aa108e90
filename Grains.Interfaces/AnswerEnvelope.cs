using System.Collections.Immutable;

namespace QuicPair.Grains.Interfaces;

/// <summary>The Mac's answer to a verified offer (docs/protocol.md, 3.1).</summary>
/// <param name="Sdp">The session description, exact.</param>
/// <param name="Nonce">16 bytes.</param>
/// <param name="Version">The protocol version that the Mac chose.</param>
/// <param name="Auth">The first 16 bytes of the HMAC.</param>
[GenerateSerializer, Immutable, Alias("quicpair.AnswerEnvelope")]
public sealed record AnswerEnvelope(
    [property: Id(0)] string Sdp,
    [property: Id(1)] ImmutableArray<byte> Nonce,
    [property: Id(2)] byte Version,
    [property: Id(3)] ImmutableArray<byte> Auth);
