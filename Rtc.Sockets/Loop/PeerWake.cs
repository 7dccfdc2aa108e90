namespace QuicPair.Rtc.Sockets.Loop;

/// <summary>Joins a handshake, which is made first, to the connection that it is for.</summary>
internal sealed class PeerWake(RtcHost host)
{
    /// <summary>Set before the handshake starts.</summary>
    public PeerConnection? Peer { get; set; }

    public void Signal()
    {
        if (Peer is { } peer) host.OnHandshakeNews(peer);
    }
}
