namespace QuicPair.Rtc.Wire;

/// <summary>
/// CRC-32 as in ITU-T V.42 (polynomial 0x04C1_1DB7, reflected), which STUN's FINGERPRINT uses (RFC 8489,
/// 14.7).
/// </summary>
internal static class Crc32
{
    private const uint ReflectedPolynomial = 0xEDB8_8320;

    private static readonly uint[] Table = BuildTable();

    /// <summary>The checksum of <paramref name="bytes"/>.</summary>
    public static uint Compute(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc = Table[(byte)crc ^ value] ^ (crc >> 8);
        }

        return ~crc;
    }

    private static uint[] BuildTable()
    {
        var table = new uint[256];
        for (var index = 0u; index < table.Length; index++)
        {
            var crc = index;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ ReflectedPolynomial : crc >> 1;
            }

            table[index] = crc;
        }

        return table;
    }
}
