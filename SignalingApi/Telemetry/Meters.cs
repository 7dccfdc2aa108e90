using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace QuicPair.SignalingApi.Telemetry;

/// <summary>QuicPair's own meter and activity source.</summary>
public static class Meters
{
    /// <summary>The name of both.</summary>
    public const string Name = "QuicPair";

    /// <summary>Counts and measures; never a name, a key, an address or content.</summary>
    public static Meter QuicPair { get; } = new(Name);

    /// <summary>What takes time.</summary>
    public static ActivitySource Activities { get; } = new(Name);
}
