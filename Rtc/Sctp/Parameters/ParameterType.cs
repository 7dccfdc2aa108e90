namespace QuicPair.Rtc.Sctp.Parameters;

/// <summary>Parameter types (RFC 9260 section 3.2.1, RFC 3758, RFC 5061, RFC 6525, RFC 9653).</summary>
internal enum ParameterType : ushort
{
    HeartbeatInfo = 0x0001,
    StateCookie = 0x0007,
    UnrecognizedParameter = 0x0008,
    OutgoingReset = 0x000D,
    IncomingReset = 0x000E,
    SsnTsnReset = 0x000F,
    ReconfigResponse = 0x0010,
    AddOutgoingStreams = 0x0011,
    AddIncomingStreams = 0x0012,
    ZeroChecksumAcceptable = 0x8001,
    SupportedExtensions = 0x8008,
    ForwardTsnSupported = 0xC000,
}
