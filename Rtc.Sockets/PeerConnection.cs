using System.Threading.Channels;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Session;
using QuicPair.Rtc.Sockets.Loop;

namespace QuicPair.Rtc.Sockets;

/// <summary>
/// A connection to one peer: ICE, DTLS, SCTP and its data channels. All members may be used from any thread.
/// </summary>
public sealed partial class PeerConnection : IAsyncDisposable
{
    // Ours: channels that wait to be accepted; who opens more has them closed.
    private const int WaitingChannelsMax = 256;

    private readonly RtcHost _host;
    private readonly RtcSession _session;
    private readonly LocalCertificate _certificate;
    private readonly bool _ownsCertificate;
    private readonly Instant _createdAt;
    private readonly Channel<DataChannel> _opened = Channel.CreateBounded<DataChannel>(WaitingChannelsMax);
    private readonly Dictionary<StreamId, DataChannel> _channels = [];
    private readonly Queue<DataChannel> _newListeners = new();
    private readonly Queue<PathHealth> _healthNews = new();
    private readonly ClosingChannels _closing = new();
    private readonly TaskCompletionSource<PeerFailure?> _completion =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Instant? _giveUpAt;
    private readonly bool _isRelayOnly;
    private bool _isClosing;
    private bool _isEnded;
    private long _datagramsSent;
    private long _datagramsReceived;
    private long _bytesSent;
    private long _bytesReceived;

    internal PeerConnection(
        RtcHost host, RtcSession session, LocalCertificate certificate, bool ownsCertificate, PeerOptions options)
    {
        (_host, _session, _certificate, _ownsCertificate) = (host, session, certificate, ownsCertificate);
        _createdAt = host.Now;
        _giveUpAt = _createdAt + options.ConnectTimeout;
        _isRelayOnly = options.RelayOnly;
    }

    /// <summary>
    /// The latest offer or answer of this end, lines ended by CRLF, with the candidates that are known: ready from the
    /// beginning. An offer gets those that are found before it is answered.
    /// </summary>
    public string LocalDescription
    {
        get
        {
            lock (_host.Gate) return _session.LocalDescription;
        }
    }

    /// <summary>The certificate of this end, DER.</summary>
    public ReadOnlyMemory<byte> LocalCertificate => _certificate.Der;

    /// <summary>The certificate that the peer has proved to own in DTLS, DER; empty before.</summary>
    public ReadOnlyMemory<byte> RemoteCertificate
    {
        get
        {
            lock (_host.Gate) return _session.RemoteCertificate;
        }
    }

    /// <summary>Ends when the connection is gone; its result is null after an orderly close.</summary>
    public Task<PeerFailure?> Completion => _completion.Task;

    /// <summary>What a handler has thrown, when that was the end: <see cref="PeerFailure.HandlerFailed"/>.</summary>
    public Exception? HandlerException { get; private set; }

    /// <summary>Whether ICE has a path, after a restart a new one.</summary>
    public bool HasPath
    {
        get
        {
            lock (_host.Gate) return !_isEnded && _session.HasPath;
        }
    }

    /// <summary>Called, outside of all locks, when the path falls silent and when there is one again.</summary>
    public Action<PathHealth>? OnPathHealth { get; set; }

    /// <summary>Takes the answer to an offer.</summary>
    /// <exception cref="SdpException">The answer cannot be used.</exception>
    public void SetRemoteDescription(string answerSdp)
    {
        lock (_host.Gate)
        {
            if (_isEnded) return;
            if (!_session.TrySetAnswer(_host.Now, answerSdp, out var problem)) throw new SdpException(problem);
            _host.FlushOrDefer(this);
        }
    }

    /// <summary>
    /// Takes a later offer of the same peer: with the same ICE credentials its candidates are added, with others it
    /// restarts ICE under the living channels, and <see cref="LocalDescription"/> is the new answer. One that is older
    /// than the last one changes neither.
    /// </summary>
    /// <exception cref="SdpException">The description cannot be used.</exception>
    public void AddRemoteCandidates(string sdp)
    {
        lock (_host.Gate)
        {
            if (_isEnded) return;
            if (!_session.TryUpdate(_host.Now, sdp, Candidates, out var problem)) throw new SdpException(problem);
            _host.Rename(this);
            _host.FlushOrDefer(this);
        }
    }

    /// <summary>
    /// Makes <see cref="LocalDescription"/> an offer that restarts ICE, for an address that has changed. Channels go on
    /// over the former path until the answer is set and a new path works.
    /// </summary>
    public void OfferRestart()
    {
        lock (_host.Gate)
        {
            if (_isEnded) return;
            _session.OfferRestart(Candidates);
            _host.Rename(this);
            _host.FlushOrDefer(this);
        }
    }

    /// <summary>
    /// Makes <see cref="LocalDescription"/> the same offer with the candidates that were found since; false when there
    /// are none. For the peer's <see cref="AddRemoteCandidates"/>; its answer is the one that is known.
    /// </summary>
    public bool TryOfferCandidates()
    {
        lock (_host.Gate) return !_isEnded && _session.TryOfferCandidates();
    }

    /// <summary>Takes the next channel that was opened, by either end; ends with the connection.</summary>
    /// <exception cref="ChannelClosedException">The connection is gone.</exception>
    public ValueTask<DataChannel> AcceptChannel(CancellationToken cancellationToken) =>
        _opened.Reader.ReadAsync(cancellationToken);

    /// <summary>
    /// Closes the connection and tells the peer. What was sent before still arrives if the peer takes it within two
    /// seconds.
    /// </summary>
    public void Close()
    {
        lock (_host.Gate)
        {
            if (_isEnded || _isClosing) return;
            _isClosing = true;
            _session.Close(_host.Now);
            _host.FlushOrDefer(this);
        }

        _host.DeliverSoon(this);
    }

    /// <summary>Closes the connection and waits until it is gone.</summary>
    public async ValueTask DisposeAsync()
    {
        Close();
        await Completion.ConfigureAwait(false);
    }
}
