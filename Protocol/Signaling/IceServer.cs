using System.Text.Json.Serialization;

namespace QuicPair.Protocol.Signaling;

/// <summary>One STUN or TURN server, as WebRTC's <c>RTCIceServer</c> has it.</summary>
public sealed record IceServer
{
    /// <summary>Its <c>stun:</c>, <c>turn:</c> or <c>turns:</c> addresses.</summary>
    [JsonPropertyName("urls")]
    public required IReadOnlyList<string> Urls { get; init; }

    /// <summary>The user of a TURN server.</summary>
    [JsonPropertyName("username")]
    public string? Username { get; init; }

    /// <summary>The password of a TURN server.</summary>
    [JsonPropertyName("credential")]
    public string? Credential { get; init; }

    /// <summary>Without the password.</summary>
    public override string ToString() => $"IceServer {{ {string.Join(' ', Urls)} }}";
}
