namespace QuicPair.Cli;

/// <summary>What the command tells scripts.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Ok = 0;

    /// <summary>Something failed; stderr has one sentence.</summary>
    public const int Failed = 1;

    /// <summary>The command line cannot be understood.</summary>
    public const int Usage = 2;

    /// <summary>The Mac, its front door or the daemon cannot be reached.</summary>
    public const int Unreachable = 3;

    /// <summary>The Mac refused.</summary>
    public const int Refused = 4;
}
