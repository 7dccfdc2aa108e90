namespace QuicPair.Rtc.Stun;

/// <summary>
/// The attributes that are read or written here (RFC 8489, section 14; RFC 8445, section 16.1). Types below
/// 0x8000 must be understood by the receiver of a request, the others may be ignored.
/// </summary>
internal enum StunAttributeType : ushort
{
    Username = 0x0006,
    MessageIntegrity = 0x0008,
    ErrorCode = 0x0009,
    UnknownAttributes = 0x000A,
    Realm = 0x0014,
    Nonce = 0x0015,
    MessageIntegritySha256 = 0x001C,
    XorMappedAddress = 0x0020,
    Priority = 0x0024,
    UseCandidate = 0x0025,
    Software = 0x8022,
    Fingerprint = 0x8028,
    IceControlled = 0x8029,
    IceControlling = 0x802A,
}
