namespace QuicPair.Rtc.Sctp.Parameters;

/// <summary>The answer to a re-configuration request (RFC 6525 section 4.4).</summary>
internal enum ReconfigResult : uint
{
    NothingToDo = 0,
    Performed = 1,
    Denied = 2,
    WrongSsn = 3,
    AlreadyInProgress = 4,
    BadSequenceNumber = 5,
    InProgress = 6,
}
