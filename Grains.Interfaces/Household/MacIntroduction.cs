using System.Collections.Immutable;

namespace QuicPair.Grains.Interfaces.Household;

/// <summary>
/// How a Mac introduces itself to the other Macs of its household (docs/protocol.md, 5.1). Nothing of it is secret, and
/// none of it is believed unless the statement fits the key.
/// </summary>
/// <param name="Key">Its static public key, 32 bytes; its id is made of it.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="Statement">The household's statement that the key is a member's; empty when it has none.</param>
/// <param name="Accepts">Whether it takes devices that others vouch for.</param>
[GenerateSerializer, Immutable, Alias("quicpair.MacIntroduction")]
public sealed record MacIntroduction(
    [property: Id(0)] ImmutableArray<byte> Key,
    [property: Id(1)] string Name,
    [property: Id(2)] ImmutableArray<byte> Statement,
    [property: Id(3)] bool Accepts);
