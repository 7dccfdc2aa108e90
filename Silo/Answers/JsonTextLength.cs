using System.Buffers;
using System.Text;

namespace QuicPair.Silo.Answers;

/// <summary>How long a text is inside a JSON message.</summary>
internal static class JsonTextLength
{
    private const int ShortEscape = 2;
    private const int LongEscape = 6;

    private static readonly SearchValues<char> Escaped = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(value => (char)value), '"', '\\']);

    public static int Of(ReadOnlySpan<char> text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        for (var at = text.IndexOfAny(Escaped); at >= 0; at = text.IndexOfAny(Escaped))
        {
            var hasShortForm = text[at] is '"' or '\\' or '\n' or '\r' or '\t' or '\b' or '\f';
            length += (hasShortForm ? ShortEscape : LongEscape) - 1;
            text = text[(at + 1)..];
        }

        return length;
    }
}
