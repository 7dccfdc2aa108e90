namespace QuicPair.Nat.Lab;

/// <summary>A packet on its way through the internet.</summary>
/// <param name="Source">IPv4 address.</param>
/// <param name="Destination">IPv4 address.</param>
/// <param name="IsUdp">Else TCP or ICMP.</param>
/// <param name="SourcePort">Of UDP and TCP.</param>
/// <param name="DestinationPort">Of UDP and TCP.</param>
/// <param name="Start">The first bytes of a UDP payload.</param>
internal sealed record Seen(
    uint Source, uint Destination, bool IsUdp, ushort SourcePort, ushort DestinationPort, byte[] Start)
{
    /// <summary>
    /// Whether it carries a DTLS record of epoch 0, which only a new handshake has: bare, or in TURN's channel data.
    /// </summary>
    public bool IsHandshake => IsFirstEpoch(Start)
        || (Start is [>= 0x40 and <= 0x4F, _, _, _, ..] && IsFirstEpoch(Start.AsSpan(4)));

    // RFC 6347, 4.1: type, version (0xfe..), epoch; 22 is a handshake.
    private static bool IsFirstEpoch(ReadOnlySpan<byte> bytes) => bytes is [22, 0xFE, _, 0, 0, ..];
}
