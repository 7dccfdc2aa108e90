using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;

namespace QuicPair.Protocol.Codec;

/// <summary>
/// JSON as QP/1 section 1 has it: UTF-8 without BOM, no duplicate names, depth at most 16, whole code
/// points, numbers of plain digits up to 2^53−1.
/// </summary>
internal static class StrictJson
{
    /// <summary>The largest number.</summary>
    public const long MaxNumber = (1L << 53) - 1;

    private const int MaxDepth = 16;

    private static readonly JsonDocumentOptions Options = new()
    {
        MaxDepth = MaxDepth,
        AllowDuplicateProperties = false,
        AllowTrailingCommas = false,
        CommentHandling = JsonCommentHandling.Disallow,
    };

    /// <summary>Parses one JSON text completely, or refuses it; the caller disposes the document.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out JsonDocument? document)
    {
        document = null;
        if (!Utf8.IsValid(utf8))
        {
            return false;
        }

        try
        {
            document = JsonDocument.Parse(utf8.ToArray(), Options);
        }
        catch (Exception refusal) when (refusal is JsonException or InvalidOperationException)
        {
            return false;
        }

        if (HasWholeCodePoints(utf8))
        {
            return true;
        }

        document.Dispose();
        document = null;
        return false;
    }

    /// <summary>Reads a number of plain digits, 0 to 2^53−1.</summary>
    public static bool TryReadNumber(JsonElement element, out long number)
    {
        number = 0;
        return element.ValueKind == JsonValueKind.Number
            && !JsonMarshal.GetRawUtf8Value(element).ContainsAnyExceptInRange((byte)'0', (byte)'9')
            && element.TryGetInt64(out number)
            && number <= MaxNumber;
    }

    /// <summary>Reads a real number that is finite.</summary>
    public static bool TryReadReal(JsonElement element, out double real)
    {
        real = 0;
        return element.ValueKind == JsonValueKind.Number && element.TryGetDouble(out real)
            && double.IsFinite(real);
    }

    // In a JSON text that parsed, a backslash stands only inside strings, and \u has four hex digits.
    private static bool HasWholeCodePoints(ReadOnlySpan<byte> utf8)
    {
        for (var at = utf8.IndexOf((byte)'\\'); at >= 0;)
        {
            var length = EscapeLength(utf8[at..]);
            if (length == 0)
            {
                return false;
            }

            var next = utf8[(at + length)..].IndexOf((byte)'\\');
            at = next < 0 ? -1 : at + length + next;
        }

        return true;
    }

    private static int EscapeLength(ReadOnlySpan<byte> text)
    {
        const int unit = 6;
        if (text[1] != 'u')
        {
            return 2;
        }

        var first = Unit(text);
        if (!char.IsSurrogate(first))
        {
            return unit;
        }

        var paired = char.IsHighSurrogate(first)
            && text.Length >= 2 * unit
            && text[unit] == '\\'
            && text[unit + 1] == 'u'
            && char.IsLowSurrogate(Unit(text[unit..]));
        return paired ? 2 * unit : 0;
    }

    private static char Unit(ReadOnlySpan<byte> escape)
    {
        var value = 0;
        foreach (var digit in escape[2..6])
        {
            value = (value << 4) | (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
        }

        return (char)value;
    }
}
