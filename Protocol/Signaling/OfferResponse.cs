using System.Text.Json.Serialization;

namespace QuicPair.Protocol.Signaling;

/// <summary>The 200 answer to an offer (QP/1 section 3.1).</summary>
public sealed record OfferResponse
{
    /// <summary>The version of the envelope, 1.</summary>
    [JsonPropertyName("v")]
    public int V { get; init; } = 1;

    /// <summary>The session description, hashed exactly as it is.</summary>
    [JsonPropertyName("sdp")]
    public required string Sdp { get; init; }

    /// <summary>16 random bytes, base64url.</summary>
    [JsonPropertyName("nonce")]
    public required string Nonce { get; init; }

    /// <summary>The version that the Mac chose.</summary>
    [JsonPropertyName("version")]
    public required int Version { get; init; }

    /// <summary>The MAC, 16 bytes, base64url.</summary>
    [JsonPropertyName("auth")]
    public required string Auth { get; init; }

    /// <summary>The Mac that answers, when the front door picked one (QP/1 section 3.6).</summary>
    [JsonPropertyName("mac")]
    public string? Mac { get; init; }
}
