using System.Net;

namespace QuicPair.Rtc.Sockets;

/// <summary>One UDP port and one loop for all peers of a process.</summary>
public sealed class RtcHost : IAsyncDisposable
{
    private RtcHost(RtcHostOptions options)
    {
        Certificate = options.Certificate ?? LocalCertificate.Create(options.TimeProvider);
        LocalEndPoint = new IPEndPoint(IPAddress.Any, options.Port);
    }

    /// <summary>The certificate that answers show.</summary>
    public LocalCertificate Certificate { get; }

    /// <summary>Where the host listens.</summary>
    public IPEndPoint LocalEndPoint { get; }

    /// <summary>Binds the port and starts the loop.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The port cannot be bound.</exception>
    public static RtcHost Start(RtcHostOptions options) => new(options);

    /// <summary>Makes an offer (the phone's side). Its connection starts with the answer.</summary>
    public PeerConnection CreateOffer(PeerOptions options) => throw new NotSupportedException();

    /// <summary>
    /// Answers an offer (the Mac's side). The connection starts at once, before the answer has travelled.
    /// </summary>
    /// <exception cref="SdpException">The offer cannot be used.</exception>
    public PeerConnection CreateAnswer(string offerSdp, PeerOptions options) =>
        throw new NotSupportedException();

    /// <summary>Closes every connection and the port.</summary>
    public ValueTask DisposeAsync()
    {
        Certificate.Dispose();
        return ValueTask.CompletedTask;
    }
}
