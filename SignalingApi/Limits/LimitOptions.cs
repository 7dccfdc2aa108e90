using System.ComponentModel.DataAnnotations;

namespace QuicPair.SignalingApi.Limits;

/// <summary>How much signaling the front door takes. Configuration section <c>Limits</c>.</summary>
public sealed class LimitOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Limits";

    /// <summary>
    /// Requests that one address (IPv4) or network (IPv6 /64) may send at once. Default: 60.
    /// </summary>
    [Range(1, 1_000_000)]
    public int Burst { get; set; } = 60;

    /// <summary>Requests per second that it may send for long. Default: 5.</summary>
    [Range(1, 1_000_000)]
    public int PerSecond { get; set; } = 5;

    /// <summary>Requests of all that are worked on at once. Default: 64.</summary>
    [Range(1, 100_000)]
    public int Concurrent { get; set; } = 64;
}
