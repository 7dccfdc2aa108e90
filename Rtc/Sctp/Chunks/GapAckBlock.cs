namespace QuicPair.Rtc.Sctp.Chunks;

/// <summary>A run of received TSNs, as offsets from the cumulative TSN (RFC 9260 section 3.3.4).</summary>
/// <param name="Start">Offset of the first TSN.</param>
/// <param name="End">Offset of the last TSN.</param>
internal readonly record struct GapAckBlock(ushort Start, ushort End);
