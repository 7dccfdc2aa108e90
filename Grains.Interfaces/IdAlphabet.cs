using System.Buffers;

namespace QuicPair.Grains.Interfaces;

/// <summary>
/// The alphabet that Mac and device ids share: RFC 4648 base32 in lower case, 16 characters.
/// </summary>
internal static class IdAlphabet
{
    private const int Length = 16;
    private static readonly SearchValues<char> Characters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz234567");

    public static bool Accepts(string? text) =>
        text is { Length: Length } && !text.AsSpan().ContainsAnyExcept(Characters);
}
