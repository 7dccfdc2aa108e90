using System.Text.Json.Serialization;

namespace QuicPair.Protocol.Signaling;

/// <summary>One Mac of those that may answer (QP/1 section 3.6).</summary>
public sealed record Addressee
{
    /// <summary>The Mac's id.</summary>
    [JsonPropertyName("mac")]
    public required string Mac { get; init; }

    /// <summary>The device's id at that Mac.</summary>
    [JsonPropertyName("device")]
    public required string Device { get; init; }

    /// <summary>The MAC under that Mac's key, 16 bytes, base64url.</summary>
    [JsonPropertyName("auth")]
    public required string Auth { get; init; }
}
