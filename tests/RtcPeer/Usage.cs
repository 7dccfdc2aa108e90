using System.Diagnostics;

namespace QuicPair.RtcPeer;

/// <summary>What this process has used.</summary>
internal static class Usage
{
    /// <summary>Processor time of all threads in milliseconds.</summary>
    public static double ProcessorMilliseconds => Environment.CpuUsage.TotalTime.TotalMilliseconds;

    /// <summary>Resident memory in MiB.</summary>
    public static double ResidentMebibytes => Environment.WorkingSet / 1_048_576.0;

    /// <summary>The wall clock in milliseconds, with its fraction.</summary>
    public static double WallMilliseconds => (DateTime.UtcNow - DateTime.UnixEpoch).TotalMilliseconds;

    /// <summary>Milliseconds since <paramref name="start"/>, a <see cref="Stopwatch"/> timestamp.</summary>
    public static double MillisecondsSince(long start) => Stopwatch.GetElapsedTime(start).TotalMilliseconds;
}
