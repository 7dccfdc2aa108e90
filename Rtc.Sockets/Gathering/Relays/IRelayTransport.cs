namespace QuicPair.Rtc.Sockets.Gathering.Relays;

/// <summary>The way to one TURN server: whole messages out, and in to a <see cref="IRelayReceiver"/>.</summary>
internal interface IRelayTransport : IDisposable
{
    /// <summary>Sends one message, or drops it for want of room: its owner repeats what counts.</summary>
    bool TrySend(ReadOnlySpan<byte> message);
}
