using System.Text;

namespace QuicPair.Protocol;

/// <summary>
/// Names of phones and Macs (QP/1 section 1): control and bidirectional characters removed, then at most 64
/// bytes of UTF-8. They are only ever shown as text.
/// </summary>
public static class DisplayName
{
    /// <summary>The longest name, in bytes of UTF-8.</summary>
    public const int MaxBytes = 64;

    /// <summary>
    /// The name that may be shown; empty when nothing is left. Lone surrogates become U+FFFD.
    /// </summary>
    public static string Clean(string name)
    {
        var clean = new StringBuilder(Math.Min(name.Length, MaxBytes));
        var bytes = 0;
        foreach (var rune in name.EnumerateRunes())
        {
            if (Rune.IsControl(rune) || IsBidirectional(rune.Value))
            {
                continue;
            }

            bytes += rune.Utf8SequenceLength;
            if (bytes > MaxBytes)
            {
                break;
            }

            clean.Append(rune);
        }

        return clean.ToString();
    }

    private static bool IsBidirectional(int value) =>
        value is 0x061C or 0x200E or 0x200F or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069);
}
