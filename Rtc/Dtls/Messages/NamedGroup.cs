namespace QuicPair.Rtc.Dtls.Messages;

/// <summary>The groups in which keys are agreed (RFC 8422, section 5.1.1).</summary>
internal enum NamedGroup : ushort
{
    Secp256r1 = 23,
    X25519 = 29,
}
