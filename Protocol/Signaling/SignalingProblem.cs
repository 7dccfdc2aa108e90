using System.Text.Json.Serialization;

namespace QuicPair.Protocol.Signaling;

/// <summary>The problem+json body of a refused request (QP/1 section 3.4).</summary>
public sealed record SignalingProblem
{
    /// <summary>What went wrong, such as <c>refused</c>, <c>mac_unknown</c>, <c>mac_offline</c>.</summary>
    [JsonPropertyName("code")]
    public string? Code { get; init; }

    /// <summary>The front door's clock in Unix seconds; only with <c>refused</c>.</summary>
    [JsonPropertyName("now")]
    public long? Now { get; init; }
}
