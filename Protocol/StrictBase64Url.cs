using System.Buffers;
using System.Buffers.Text;

namespace QuicPair.Protocol;

/// <summary>
/// base64url as QP/1 section 1 has it: exact length, no padding, no white space, unused bits zero.
/// </summary>
public static class StrictBase64Url
{
    /// <summary>The text of <paramref name="bytes"/>.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);

    /// <summary>Fills <paramref name="destination"/> exactly, or refuses the text.</summary>
    public static bool TryDecode(ReadOnlySpan<char> text, Span<byte> destination)
    {
        if (text.Length != Base64Url.GetEncodedLength(destination.Length) || text.ContainsAny(Foreign))
        {
            return false;
        }

        var status = Base64Url.DecodeFromChars(text, destination, out _, out var written);
        if (status != OperationStatus.Done || written != destination.Length)
        {
            return false;
        }

        // One value has one text: a decoder that ignores unused bits would accept several.
        Span<char> again = stackalloc char[text.Length <= 256 ? text.Length : 0];
        return again.Length == text.Length
            && Base64Url.EncodeToChars(destination, again) == text.Length
            && again.SequenceEqual(text);
    }

    // GetEncodedLength counts without padding; white space would be skipped by the decoder.
    private static readonly SearchValues<char> Foreign = SearchValues.Create(" \t\r\n=%");
}
