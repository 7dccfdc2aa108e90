namespace QuicPair.Rtc.Stun;

/// <summary>
/// The attributes that are read or written here (RFC 8489, section 14; RFC 8445, section 16.1;
/// RFC 8656, section 18). Types below
/// 0x8000 must be understood by the receiver of a request, the others may be ignored.
/// </summary>
internal enum StunAttributeType : ushort
{
    Username = 0x0006,
    MessageIntegrity = 0x0008,
    ErrorCode = 0x0009,
    UnknownAttributes = 0x000A,
    ChannelNumber = 0x000C,
    Lifetime = 0x000D,
    XorPeerAddress = 0x0012,
    Data = 0x0013,
    Realm = 0x0014,
    Nonce = 0x0015,
    XorRelayedAddress = 0x0016,
    RequestedAddressFamily = 0x0017,
    RequestedTransport = 0x0019,
    MessageIntegritySha256 = 0x001C,
    XorMappedAddress = 0x0020,
    Priority = 0x0024,
    UseCandidate = 0x0025,
    AdditionalAddressFamily = 0x8000,
    AddressErrorCode = 0x8001,
    Software = 0x8022,
    AlternateServer = 0x8023,
    Fingerprint = 0x8028,
    IceControlled = 0x8029,
    IceControlling = 0x802A,
}
