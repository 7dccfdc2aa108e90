namespace QuicPair.Cluster.Door;

/// <summary>What a member wants of a connection to the door: the first byte that it sends, inside TLS.</summary>
internal enum DoorPurpose : byte
{
    /// <summary>To talk to the household's PostgreSQL.</summary>
    Database = (byte)'D',

    /// <summary>To talk to the silo in the door's own process.</summary>
    Silo = (byte)'S',

    /// <summary>To wait until the door's silo has something to say to the member's silo.</summary>
    Waiting = (byte)'W',
}
