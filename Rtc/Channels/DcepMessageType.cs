namespace QuicPair.Rtc.Channels;

/// <summary>Message types of the data channel establishment protocol (RFC 8832 section 8.2.1).</summary>
internal enum DcepMessageType : byte
{
    Ack = 0x02,
    Open = 0x03,
}
