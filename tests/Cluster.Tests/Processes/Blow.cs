namespace QuicPair.Cluster.Tests.Processes;

/// <summary>What befalls a household in one round.</summary>
internal enum Blow
{
    /// <summary>SIGKILL of a Mac, then a new process.</summary>
    Kill,

    /// <summary>SIGSTOP of a Mac, and SIGCONT once the front door has noticed.</summary>
    Freeze,

    /// <summary>SIGTERM of a Mac, then a new process.</summary>
    Restart,

    /// <summary>SIGSTOP of the front door, and SIGCONT once an offer had no reply.</summary>
    FreezeDoor,

    /// <summary>
    /// SIGSTOP of the front door, and SIGCONT once the Macs have given it up; later than that where they cannot,
    /// because it is their way to the list of members.
    /// </summary>
    LoseDoor,

    /// <summary>SIGSTOP of every process of PostgreSQL, and SIGCONT once a Mac's owner was told.</summary>
    FreezeDatabase,
}
