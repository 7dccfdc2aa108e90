using System.Net;

namespace QuicPair.Rtc.Sockets.Gathering.Relays;

/// <summary>The way to one TURN server: whole messages out, and in to a <see cref="IRelayReceiver"/>.</summary>
internal interface IRelayTransport : IDisposable
{
    /// <summary>The address that messages leave from; null before there is a connection.</summary>
    IPAddress? LocalAddress { get; }

    /// <summary>
    /// Ends when, after the disposal, what was taken before it has left or was given up, and the connection is gone.
    /// </summary>
    Task Closed { get; }

    /// <summary>Sends one message, or drops it for want of room: its owner repeats what counts.</summary>
    bool TrySend(ReadOnlySpan<byte> message);
}
