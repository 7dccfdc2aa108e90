namespace QuicPair.Protocol;

/// <summary>RFC 4648 section 6 base32, lower case, no padding.</summary>
internal static class Base32
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";

    /// <summary>The text of <paramref name="bytes"/>, whose length is a multiple of five.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        Span<char> text = stackalloc char[bytes.Length * 8 / 5];
        var (value, bits, length) = (0, 0, 0);
        foreach (var one in bytes)
        {
            value = (value << 8) | one;
            for (bits += 8; bits >= 5; bits -= 5)
            {
                text[length++] = Alphabet[(value >> (bits - 5)) & 0x1F];
            }

            value &= (1 << bits) - 1;
        }

        return new string(text);
    }
}
