namespace QuicPair.SignalingApi.Ice;

/// <summary>One entry of a browser's <c>iceServers</c>.</summary>
/// <param name="Urls">STUN or TURN URLs.</param>
/// <param name="Username">For TURN.</param>
/// <param name="Credential">For TURN.</param>
internal sealed record IceServer(
    IReadOnlyList<string> Urls,
    string? Username = null,
    string? Credential = null)
{
    /// <summary>The URLs; never the credential.</summary>
    public override string ToString() => string.Join(' ', Urls);
}
