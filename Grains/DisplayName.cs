using System.Text;

namespace QuicPair.Grains;

/// <summary>
/// Names of phones and Macs (docs/protocol.md, 1): text to show, at most 64 bytes of UTF-8.
/// </summary>
public static class DisplayName
{
    private const int MaxBytes = 64;

    /// <summary>
    /// Removes control and bidirectional characters and keeps the first 64 bytes of whole code points: what Protocol
    /// does, which this layer does not see.
    /// </summary>
    public static string Clean(string? text)
    {
        var clean = new StringBuilder();
        var bytes = 0;
        foreach (var rune in (text ?? string.Empty).EnumerateRunes())
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

            clean.Append(rune.ToString());
        }

        return clean.ToString();
    }

    /// <summary>
    /// What the control plane shows of a device's name: its first character. The whole name stays on the Mac.
    /// </summary>
    public static string Redact(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Length == 0 ? name : $"{name.EnumerateRunes().First()}…";
    }

    private static bool IsBidirectional(int value) =>
        value is 0x061C or 0x200E or 0x200F or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069);
}
