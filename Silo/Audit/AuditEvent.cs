namespace QuicPair.Silo.Audit;

/// <summary>What an owner may want to know later: who came, who was turned away, what was changed.</summary>
internal enum AuditEvent
{
    /// <summary>The daemon began.</summary>
    Started,

    /// <summary>A code was made.</summary>
    Invited,

    /// <summary>A device used the code; its pairing is not complete.</summary>
    Claimed,

    /// <summary>A pairing is complete.</summary>
    Paired,

    /// <summary>Another Mac vouched for a device; its pairing is not complete.</summary>
    Vouched,

    /// <summary>A device got another name.</summary>
    Renamed,

    /// <summary>The owner changed what a device may do.</summary>
    RightsChanged,

    /// <summary>A device was removed.</summary>
    Revoked,

    /// <summary>This Mac joined a household, or the Mac of an id joined this Mac's.</summary>
    Joined,

    /// <summary>This Mac expelled the Mac of an id from the household.</summary>
    Expelled,

    /// <summary>A household or a front door was set up, or a Mac was told to take no phones, or to take them.</summary>
    ConfigurationChanged,

    /// <summary>An offer, a handshake, a voucher or a Mac that wants to join was turned away.</summary>
    Refused,
}
