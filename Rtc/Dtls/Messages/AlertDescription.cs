namespace QuicPair.Rtc.Dtls.Messages;

/// <summary>What a fatal alert says (RFC 5246, section 7.2).</summary>
internal enum AlertDescription : byte
{
    CloseNotify = 0,
    UnexpectedMessage = 10,
    HandshakeFailure = 40,
    BadCertificate = 42,
    IllegalParameter = 47,
    DecodeError = 50,
    DecryptError = 51,
    ProtocolVersion = 70,
    UnsupportedExtension = 110,
}
