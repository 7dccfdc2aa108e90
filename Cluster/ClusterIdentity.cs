namespace QuicPair.Cluster;

/// <summary>The names under which silos find each other and their stored state.</summary>
public static class ClusterIdentity
{
    /// <summary>Part of every storage key: it never changes.</summary>
    public const string ServiceId = "quicpair";

    /// <summary>The cluster of one household.</summary>
    public const string ClusterId = "household";

    /// <summary>The silo name of a front door that runs alone. It owns no Mac's grain.</summary>
    public const string FrontDoor = "front-door";
}
