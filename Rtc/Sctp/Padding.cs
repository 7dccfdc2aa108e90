namespace QuicPair.Rtc.Sctp;

/// <summary>Chunks and parameters end on a multiple of four bytes (RFC 9260 section 3.2).</summary>
internal static class Padding
{
    /// <summary><paramref name="length"/> rounded up to a multiple of four.</summary>
    public static int Pad(int length) => (length + 3) & ~3;
}
