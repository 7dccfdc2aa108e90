namespace QuicPair.Silo.Keys;

/// <summary>What became of a device that proved the invitation.</summary>
internal enum ClaimOutcome
{
    /// <summary>Its lasting keys are stored, pending.</summary>
    Claimed,

    /// <summary>The invitation is void, or the device was removed meanwhile.</summary>
    Gone,

    /// <summary>Another device has claimed it.</summary>
    Taken,
}
