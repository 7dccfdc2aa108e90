namespace QuicPair.Rtc.Stun;

/// <summary>The method of a message (RFC 8489, section 18.2).</summary>
internal enum StunMethod : ushort
{
    Binding = 0x001,
}
