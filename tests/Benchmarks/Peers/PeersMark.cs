namespace QuicPair.Benchmarks.Peers;

/// <summary>What the answering process is like with so many peers.</summary>
/// <param name="Peers">How many are connected.</param>
/// <param name="Opened">How long each took that came since the mark before, in milliseconds, sorted.</param>
internal sealed record PeersMark(int Peers, double[] Opened)
{
    /// <summary>Until the last of those was connected.</summary>
    public TimeSpan Took { get; init; }

    /// <summary>Processor time of this process meanwhile.</summary>
    public TimeSpan Processor { get; init; }

    public long ResidentBytes { get; init; }

    /// <summary>Of the managed heap, after a full collection.</summary>
    public long ManagedBytes { get; init; }

    public int Threads { get; init; }

    /// <summary>The part of one core that it takes while nobody sends.</summary>
    public double Idle { get; init; }

    /// <summary>A line of the table.</summary>
    /// <param name="before">The mark before; null for the first.</param>
    public string Row(PeersMark? before)
    {
        var more = Peers - (before?.Peers ?? 0);
        return $"| {Peers} | {At(0.5)} | {At(0.99)} | {(more > 0 ? $"{Took.TotalSeconds:F1}" : "–")} "
            + $"| {(more > 0 ? $"{Processor.TotalMilliseconds / more:F2}" : "–")} "
            + $"| {ResidentBytes / 1048576.0:F1} | {Each(ResidentBytes, before?.ResidentBytes, more)} "
            + $"| {ManagedBytes / 1048576.0:F1} | {Each(ManagedBytes, before?.ManagedBytes, more)} "
            + $"| {Threads} | {Idle * 100:F2} |";
    }

    /// <summary>The head of the table.</summary>
    public static string Head =>
        "| peers | connect p50, ms | p99, ms | all since the line before, s | CPU of each here, ms | resident MiB "
        + "| KiB for each more | managed MiB | KiB for each more | threads | idle, % of a core |\n"
        + "|---|---|---|---|---|---|---|---|---|---|---|";

    private static string Each(long bytes, long? before, int more) =>
        before is { } then && more > 0 ? $"{(bytes - then) / 1024.0 / more:F1}" : "–";

    private string At(double share) => Opened.Length == 0
        ? "–"
        : $"{Opened[Math.Min(Opened.Length - 1, (int)(Opened.Length * share))]:F1}";
}
