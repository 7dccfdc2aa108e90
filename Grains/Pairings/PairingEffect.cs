namespace QuicPair.Grains.Pairings;

/// <summary>What a step asks of the world, done in the order given.</summary>
internal enum PairingEffect
{
    /// <summary>Delete the device from the Mac's key file.</summary>
    DeleteKeys,

    /// <summary>Close its peers and chats.</summary>
    ClosePeers,

    /// <summary>Store the new state.</summary>
    Save,

    /// <summary>Keep the grain in memory: a session lives.</summary>
    Keep,

    /// <summary>Let the grain go when it is idle.</summary>
    Release,
}
