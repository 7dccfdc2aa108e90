namespace QuicPair.Rtc.Stun;

/// <summary>
/// The error codes that are sent or acted on (RFC 8489, section 14.8; RFC 8445, section 16.2).
/// </summary>
internal enum StunErrorCode
{
    None = 0,
    BadRequest = 400,
    Unauthenticated = 401,
    UnknownAttribute = 420,
    RoleConflict = 487,
}
