namespace QuicPair.Rtc.Wire;

/// <summary>The two ends of a datagram.</summary>
/// <param name="Local">What the local socket is bound to.</param>
/// <param name="Remote">The peer, as seen from here.</param>
public readonly record struct NetworkPath(TransportAddress Local, TransportAddress Remote);
