using System.Diagnostics;

namespace QuicPair.Benchmarks.Path;

/// <summary>What a process has taken of its machine, at one moment.</summary>
/// <param name="ResidentBytes">Its memory that is in the machine's.</param>
/// <param name="Threads">All of its threads.</param>
/// <param name="Processor">User and system time of all its threads since it began.</param>
internal readonly record struct ProcessLoad(long ResidentBytes, int Threads, TimeSpan Processor)
{
    public double ResidentMebibytes => ResidentBytes / (1024.0 * 1024.0);

    public static ProcessLoad Of(Process process)
    {
        process.Refresh();
        return new ProcessLoad(process.WorkingSet64, process.Threads.Count, process.TotalProcessorTime);
    }
}
