using System.Text.Json.Serialization;

namespace QuicPair.Protocol.Signaling;

/// <summary>The 200 answer to an ICE request (QP/1 section 3.2).</summary>
public sealed record IceResponse
{
    /// <summary>The version of the envelope, 1.</summary>
    [JsonPropertyName("v")]
    public int V { get; init; } = 1;

    /// <summary>STUN and TURN servers; credentials live at most 600 s.</summary>
    [JsonPropertyName("iceServers")]
    public IReadOnlyList<IceServer> IceServers { get; init; } = [];

    /// <summary>How many seconds the credentials live; null for the longest time that they may.</summary>
    [JsonPropertyName("ttl")]
    public double? Ttl { get; init; }
}
