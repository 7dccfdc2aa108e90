namespace QuicPair.Rtc.Sctp.Chunks;

/// <summary>
/// Chunk types (RFC 9260 section 3.2, RFC 3758, RFC 6525). The two high bits say what to do with unknown
/// ones.
/// </summary>
internal enum ChunkType : byte
{
    Data = 0x00,
    Init = 0x01,
    InitAck = 0x02,
    Sack = 0x03,
    Heartbeat = 0x04,
    HeartbeatAck = 0x05,
    Abort = 0x06,
    Shutdown = 0x07,
    ShutdownAck = 0x08,
    Error = 0x09,
    CookieEcho = 0x0A,
    CookieAck = 0x0B,
    ShutdownComplete = 0x0E,
    Reconfig = 0x82,
    ForwardTsn = 0xC0,
}
