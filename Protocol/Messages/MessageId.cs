using System.Buffers;

namespace QuicPair.Protocol.Messages;

/// <summary>The form of a chat's id: 1 to 64 of <c>[A-Za-z0-9_-]</c> (QP/1 section 7).</summary>
public static class MessageId
{
    private const int MaxLength = 64;

    private static readonly SearchValues<char> Alphabet = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    /// <summary>Whether <paramref name="id"/> has the form.</summary>
    public static bool IsValid(ReadOnlySpan<char> id) =>
        id.Length is >= 1 and <= MaxLength && !id.ContainsAnyExcept(Alphabet);
}
