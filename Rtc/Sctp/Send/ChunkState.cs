namespace QuicPair.Rtc.Sctp.Send;

/// <summary>Where a sent chunk is.</summary>
internal enum ChunkState : byte
{
    InFlight,
    Lost,

    /// <summary>Reported in a gap ack block, so it may still be taken back by the receiver.</summary>
    Acknowledged,

    /// <summary>Given up under partial reliability.</summary>
    Abandoned,
}
