namespace QuicPair.Rtc.Turn;

/// <summary>Which addresses an Allocate request asks for, the one with most to gain first.</summary>
internal enum RequestedFamilies
{
    /// <summary>ADDITIONAL-ADDRESS-FAMILY: IPv6 besides IPv4 (RFC 8656, section 18.11).</summary>
    Both,

    /// <summary>No attribute (RFC 8656, section 7.2): IPv4.</summary>
    IPv4Alone,

    /// <summary>REQUESTED-ADDRESS-FAMILY (RFC 8656, section 18.6): IPv6.</summary>
    IPv6Alone,
}
