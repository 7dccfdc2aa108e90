namespace QuicPair.Benchmarks.Path;

/// <summary>Times by stage, and their percentiles as a table.</summary>
internal sealed class StageTimes
{
    private readonly Dictionary<string, List<double>> _milliseconds = [];

    public void Add(string stage, TimeSpan time)
    {
        if (!_milliseconds.TryGetValue(stage, out var list)) _milliseconds[stage] = list = [];
        list.Add(time.TotalMilliseconds);
    }

    public void Print(string title)
    {
        Console.WriteLine(title);
        Console.WriteLine("| stage | p50 | p90 | p99 | max | of |\n|---|---|---|---|---|---|");
        foreach (var (stage, list) in _milliseconds)
        {
            list.Sort();
            Console.WriteLine($"| {stage} | {At(list, 0.5):F2} | {At(list, 0.9):F2} | {At(list, 0.99):F2} "
                + $"| {list[^1]:F2} | {list.Count} |");
        }
    }

    /// <summary>The same table with each p50 in round trips, too.</summary>
    public void Print(string title, TimeSpan roundTrip)
    {
        Console.WriteLine(title);
        Console.WriteLine("| stage | p50 | in round trips | p90 | p99 | max | of |\n|---|---|---|---|---|---|---|");
        foreach (var (stage, list) in _milliseconds)
        {
            list.Sort();
            var trips = At(list, 0.5) / roundTrip.TotalMilliseconds;
            Console.WriteLine($"| {stage} | {At(list, 0.5):F2} | {trips:F2} | {At(list, 0.9):F2} "
                + $"| {At(list, 0.99):F2} | {list[^1]:F2} | {list.Count} |");
        }
    }

    /// <summary>A percentile of a stage, in milliseconds.</summary>
    public double Percentile(string stage, double share) => At([.. _milliseconds[stage].Order()], share);

    private static double At(List<double> sorted, double share) =>
        sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * share))];
}
