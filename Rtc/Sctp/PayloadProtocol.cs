namespace QuicPair.Rtc.Sctp;

/// <summary>The payload protocol identifiers of WebRTC (RFC 8831 section 8, RFC 8832 section 8.1).</summary>
internal enum PayloadProtocol : uint
{
    Dcep = 50,
    Text = 51,
    BinaryPartial = 52,
    Binary = 53,
    TextPartial = 54,
    TextEmpty = 56,
    BinaryEmpty = 57,
}
