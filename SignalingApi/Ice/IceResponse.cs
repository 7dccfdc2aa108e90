namespace QuicPair.SignalingApi.Ice;

/// <summary>The servers that a phone may use (docs/protocol.md, 3.2).</summary>
/// <param name="V">The version of the envelope.</param>
/// <param name="IceServers">In the form that browsers take.</param>
/// <param name="Ttl">How many seconds the credentials live; null for those that do not end.</param>
internal sealed record IceResponse(int V, IReadOnlyList<IceServer> IceServers, long? Ttl);
