namespace QuicPair.Rtc.Sctp.Receive;

/// <summary>What a TSN is to the receiver.</summary>
internal enum Arrival
{
    New,
    Duplicate,

    /// <summary>So far ahead that it cannot be told in a SACK, or one gap too many.</summary>
    OutOfReach,
}
