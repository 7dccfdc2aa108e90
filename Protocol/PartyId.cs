using System.Buffers;

namespace QuicPair.Protocol;

/// <summary>The form of a macId or deviceId: <c>^[a-z2-7]{16}$</c> (QP/1 section 3.1).</summary>
public static class PartyId
{
    /// <summary>Characters in an id.</summary>
    public const int Length = 16;

    private static readonly SearchValues<char> Alphabet = SearchValues.Create(
        "abcdefghijklmnopqrstuvwxyz234567");

    /// <summary>Whether <paramref name="text"/> has the form of an id.</summary>
    public static bool IsValid(ReadOnlySpan<char> text) =>
        text.Length == Length && !text.ContainsAnyExcept(Alphabet);
}
