namespace QuicPair.Grains.Interfaces;

/// <summary>How far a pairing has come.</summary>
public enum PairingStage
{
    /// <summary>The Mac shows an invitation; no device has used it.</summary>
    Invited,

    /// <summary>A device claimed the invitation and holds lasting keys that are not yet committed.</summary>
    Claimed,

    /// <summary>The device and the Mac hold the lasting keys.</summary>
    Paired,

    /// <summary>The owner removed the device.</summary>
    Revoked,
}
