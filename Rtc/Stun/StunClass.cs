namespace QuicPair.Rtc.Stun;

/// <summary>The class of a message, as its two bits C1 and C0 (RFC 8489, section 5).</summary>
internal enum StunClass
{
    Request = 0b00,
    Indication = 0b01,
    SuccessResponse = 0b10,
    ErrorResponse = 0b11,
}
