namespace QuicPair.Rtc.Sctp.Parameters;

/// <summary>The causes of ERROR and ABORT that are sent or told apart (RFC 9260 section 3.3.10).</summary>
internal enum ErrorCause : ushort
{
    StaleCookie = 3,
    UnrecognizedChunkType = 6,
    NoUserData = 9,
    UserInitiatedAbort = 12,
    ProtocolViolation = 13,
}
