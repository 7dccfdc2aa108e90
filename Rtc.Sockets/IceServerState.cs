namespace QuicPair.Rtc.Sockets;

/// <summary>A server that is in use, and what it has said.</summary>
/// <param name="Server">The server.</param>
/// <param name="Answer">What it has said so far.</param>
public sealed record IceServerState(IceServer Server, IceServerAnswer Answer);
