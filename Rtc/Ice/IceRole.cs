namespace QuicPair.Rtc.Ice;

/// <summary>Which of the two agents nominates pairs (RFC 8445, section 6.1.1).</summary>
internal enum IceRole
{
    /// <summary>The answerer, unless a role conflict says otherwise.</summary>
    Controlled,

    /// <summary>The offerer, unless a role conflict says otherwise.</summary>
    Controlling,
}
