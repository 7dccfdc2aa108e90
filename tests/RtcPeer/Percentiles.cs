namespace QuicPair.RtcPeer;

/// <summary>The distribution of a set of durations in milliseconds.</summary>
internal sealed class Percentiles
{
    private readonly double[] _sorted;

    public Percentiles(IEnumerable<double> milliseconds)
    {
        _sorted = [.. milliseconds];
        Array.Sort(_sorted);
    }

    public object ToReport() => new
    {
        n = _sorted.Length,
        p50 = At(0.5),
        p90 = At(0.9),
        p99 = At(0.99),
        max = At(1),
    };

    private double At(double share) => _sorted.Length == 0
        ? 0
        : _sorted[Math.Min(_sorted.Length - 1, (int)(_sorted.Length * share))];
}
