namespace QuicPair.Rtc.Sctp.Chunks;

/// <summary>The flags of a DATA chunk (RFC 9260 section 3.3.1).</summary>
[Flags]
internal enum DataFlags : byte
{
    None = 0,
    End = 1,
    Begin = 2,
    Unordered = 4,

    /// <summary>"the receiver SHOULD NOT delay sending the corresponding SACK chunk".</summary>
    Immediate = 8,
}
