namespace QuicPair.Cli.Bench;

/// <summary>Percentiles of some times by the nearest rank; null without any.</summary>
/// <param name="P50">Half are not longer.</param>
/// <param name="P90">Nine of ten are not longer.</param>
/// <param name="P95">Nineteen of twenty are not longer.</param>
internal sealed record Spread(double P50, double P90, double P95)
{
    public static Spread? Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? null : new Spread(At(50), At(90), At(95));

        double At(int percent) => sorted[(int)Math.Ceiling(percent / 100.0 * sorted.Length) - 1];
    }
}
