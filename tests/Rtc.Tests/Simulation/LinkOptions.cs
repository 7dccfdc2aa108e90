namespace QuicPair.Rtc.Tests.Simulation;

/// <summary>What one direction of a path does to packets.</summary>
public sealed record LinkOptions
{
    /// <summary>The share of packets that vanish.</summary>
    public double Loss { get; init; }

    /// <summary>The time every packet takes.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Up to so much more, evenly spread per packet; packets overtake each other.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>
    /// The share of packets that are held back by <see cref="ReorderDelay"/> and so overtaken.
    /// </summary>
    public double Reorder { get; init; }

    public TimeSpan ReorderDelay { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>The share of packets that arrive twice.</summary>
    public double Duplicate { get; init; }

    /// <summary>Longer packets vanish; in bytes.</summary>
    public int Mtu { get; init; } = 1280;

    /// <summary>The bottleneck's rate; null for none.</summary>
    public double? BytesPerSecond { get; init; }

    /// <summary>What the bottleneck's queue holds before it drops, in bytes.</summary>
    public int QueueBytes { get; init; } = 64 * 1024;

    /// <summary>A link that only takes its time.</summary>
    public static LinkOptions Clean(TimeSpan delay) => new() { Delay = delay };
}
