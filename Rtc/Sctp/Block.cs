namespace QuicPair.Rtc.Sctp;

/// <summary>
/// The payload of one DATA chunk in a buffer of a <see cref="BlockPool"/>; blocks chain into messages.
/// </summary>
internal sealed class Block(byte[] bytes, int sizeClass)
{
    public byte[] Bytes { get; } = bytes;

    public int SizeClass { get; } = sizeClass;

    /// <summary>Bytes in use.</summary>
    public int Length { get; set; }

    public Block? Next { get; set; }

    public ReadOnlySpan<byte> Payload => Bytes.AsSpan(0, Length);
}
