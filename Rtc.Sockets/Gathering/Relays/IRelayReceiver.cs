namespace QuicPair.Rtc.Sockets.Gathering.Relays;

/// <summary>Whoever owns a transport. Called on the transport's own thread.</summary>
internal interface IRelayReceiver
{
    /// <summary>The server can be talked to.</summary>
    void OnConnected();

    /// <summary>One whole message, valid during the call.</summary>
    void OnMessage(ReadOnlySpan<byte> message);

    /// <summary>Nothing more comes, and nothing can be sent.</summary>
    void OnClosed();
}
