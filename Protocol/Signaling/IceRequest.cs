using System.Text.Json.Serialization;

namespace QuicPair.Protocol.Signaling;

/// <summary>The body of POST /signaling/ice (QP/1 section 3.2): the offer's envelope without SDP.</summary>
public sealed record IceRequest
{
    /// <summary>The version of the envelope, 1.</summary>
    [JsonPropertyName("v")]
    public int V { get; init; } = 1;

    /// <summary>The Mac's id; may be left out when the front door knows exactly one Mac.</summary>
    [JsonPropertyName("mac")]
    public string? Mac { get; init; }

    /// <summary>The device's id; null with <see cref="To"/>.</summary>
    [JsonPropertyName("device")]
    public string? Device { get; init; }

    /// <summary>The sender's clock, Unix seconds.</summary>
    [JsonPropertyName("ts")]
    public required long Ts { get; init; }

    /// <summary>16 random bytes, base64url.</summary>
    [JsonPropertyName("nonce")]
    public required string Nonce { get; init; }

    /// <summary>The versions that the phone speaks, 1 to 16 distinct values.</summary>
    [JsonPropertyName("versions")]
    public required int[] Versions { get; init; }

    /// <summary>The MAC, 16 bytes, base64url; null with <see cref="To"/>.</summary>
    [JsonPropertyName("auth")]
    public string? Auth { get; init; }

    /// <summary>
    /// 1 to 10 Macs of which the front door picks one (QP/1 section 3.6), in place of one Mac, device and MAC.
    /// </summary>
    [JsonPropertyName("to")]
    public IReadOnlyList<Addressee>? To { get; init; }

    /// <summary>The model that the picked Mac should have; null is its default.</summary>
    [JsonPropertyName("model")]
    public string? Model { get; init; }
}
