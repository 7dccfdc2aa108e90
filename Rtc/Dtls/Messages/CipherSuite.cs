namespace QuicPair.Rtc.Dtls.Messages;

/// <summary>
/// The cipher suites that are spoken (RFC 5289, section 3.2): forward secret, authenticated by ECDSA,
/// without a MAC that could be an oracle.
/// </summary>
internal enum CipherSuite : ushort
{
    EcdheEcdsaAes128GcmSha256 = 0xC02B,
    EcdheEcdsaAes256GcmSha384 = 0xC02C,
}
