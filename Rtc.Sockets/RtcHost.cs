using System.Net;
using QuicPair.Rtc.Dtls.Handshake;
using QuicPair.Rtc.Ice;
using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Session;
using QuicPair.Rtc.Sockets.Gathering;
using QuicPair.Rtc.Sockets.Loop;
using QuicPair.Rtc.Turn;

namespace QuicPair.Rtc.Sockets;

/// <summary>
/// One UDP port and one loop for all peers of a process. A thread waits for datagrams; one timer serves all deadlines.
/// Everything that changes a peer happens under one gate, briefly; what a peer has to say is delivered outside of it,
/// by one thread at a time.
/// </summary>
public sealed partial class RtcHost : IGatheringHost, IAsyncDisposable
{
    private readonly RtcHostOptions _options;
    private readonly HostClock _clock;
    private readonly UdpEndpoint _endpoint;
    private readonly StandingCandidates _standing;
    private readonly Deadlines _deadlines;
    private readonly PeerDirectory _directory = new();
    private readonly SystemEntropy _entropy = new();
    private readonly BlockPool _blocks = new();
    private readonly LocalCertificate? _ownCertificate;
    private readonly Thread _receiver;
    private volatile bool _isStopping;
    private bool _isDisposed;

    private RtcHost(RtcHostOptions options)
    {
        _options = options;
        Certificate = options.Certificate ?? (_ownCertificate = LocalCertificate.Create(options.TimeProvider));
        _clock = new HostClock(options.TimeProvider);
        _endpoint = new UdpEndpoint(options.Address, options.Port, options.LocalOnly);
        _standing = new StandingCandidates(this, options, _endpoint.LocalEndPoint.Port);
        _deadlines = new Deadlines(options.TimeProvider, OnTimer);
        _receiver = new Thread(ReceiveLoop) { IsBackground = true, Name = "RTC" };
    }

    /// <summary>The certificate that answers show.</summary>
    public LocalCertificate Certificate { get; }

    /// <summary>Where the host listens.</summary>
    public IPEndPoint LocalEndPoint => _endpoint.LocalEndPoint;

    /// <summary>
    /// Our candidates at this moment, the best first: gathered in the background, so that no description waits.
    /// </summary>
    public IReadOnlyList<IceCandidate> LocalCandidates => _standing.Candidates;

    /// <summary>The servers in use, and what each has said so far.</summary>
    public IReadOnlyList<IceServerState> IceServers
    {
        get
        {
            lock (Gate) return _standing.Servers;
        }
    }

    /// <summary>
    /// Raised on another thread after the machine's own addresses have changed. Living connections are being checked
    /// from the new address by then.
    /// </summary>
    public event EventHandler? NetworkChanged;

    /// <summary>Raised on another thread after <see cref="LocalCandidates"/> has changed.</summary>
    public event EventHandler? CandidatesChanged;

    /// <summary>
    /// Raised on another thread after the port's socket has failed for good; another one has been put in its place, or
    /// is tried again, ever more slowly, while that fails too.
    /// </summary>
    public event EventHandler<System.Net.Sockets.SocketError>? SocketFailed;

    /// <summary>Binds the port, starts the loop and begins to gather candidates.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The port cannot be bound.</exception>
    public static RtcHost Start(RtcHostOptions options)
    {
        var host = new RtcHost(options);
        host._receiver.Start();
        host.UseIceServers(options.IceServers);
        return host;
    }

    /// <summary>
    /// Gathers candidates through these servers from now on; what is known through servers that stay is kept.
    /// </summary>
    public void UseIceServers(IReadOnlyList<IceServer> servers)
    {
        lock (Gate) _standing.Use(Now, _options.LocalOnly ? [] : servers);
    }

    /// <summary>
    /// Waits until every ICE server has answered or is taken for dead, at most <paramref name="patience"/>. For an
    /// offer that would go without the candidates; an answer takes what there is.
    /// </summary>
    /// <returns>Whether gathering is complete.</returns>
    public async Task<bool> Gather(TimeSpan patience, CancellationToken cancellationToken)
    {
        Task settled;
        lock (Gate) settled = _standing.Settled;
        return await IsReached(settled, patience, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Waits until a STUN server has told the address that this host has now, or there is none to wait for, at most
    /// <paramref name="patience"/>. For an offer after a change of network: what is found later follows it
    /// (<see cref="PeerConnection.TryOfferCandidates"/>).
    /// </summary>
    /// <returns>Whether there was an answer, or none to wait for.</returns>
    public async Task<bool> GatherFirst(TimeSpan patience, CancellationToken cancellationToken)
    {
        Task answered;
        lock (Gate) answered = _standing.FirstAnswer;
        return await IsReached(answered, patience, cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> IsReached(Task reached, TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            await reached.WaitAsync(patience, _options.TimeProvider, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Makes an offer (the phone's side). Its connection starts with the answer.</summary>
    public PeerConnection CreateOffer(PeerOptions options)
    {
        var certificate = options.Certificate ?? LocalCertificate.Create();
        lock (Gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            var dtls = new DtlsHandshake(certificate.Identity, _entropy);
            var session = RtcSession.CreateOffer(Now, SessionOptionsFor(certificate, options), dtls, _entropy);
            return Adopt(session, certificate, options);
        }
    }

    /// <summary>
    /// Answers an offer (the Mac's side). The connection starts at once, before the answer has travelled.
    /// </summary>
    /// <exception cref="SdpException">The offer cannot be used.</exception>
    public PeerConnection CreateAnswer(string offerSdp, PeerOptions options)
    {
        var certificate = options.Certificate ?? Certificate;
        lock (Gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            var dtls = new DtlsHandshake(certificate.Identity, _entropy);
            var settings = SessionOptionsFor(certificate, options);
            if (!RtcSession.TryCreateAnswer(Now, offerSdp, settings, dtls, _entropy, out var session, out var problem))
            {
                throw new SdpException(problem);
            }

            return Adopt(session, certificate, options);
        }
    }

    /// <summary>For tests: the socket of the port.</summary>
    internal System.Net.Sockets.Socket Socket => _endpoint.Socket;

    /// <summary>For tests: what the allocations in use have seen.</summary>
    internal IReadOnlyList<TurnCounters> RelayCounters
    {
        get
        {
            lock (Gate) return _standing.RelayCounters;
        }
    }

    private PeerConnection Adopt(RtcSession session, LocalCertificate certificate, PeerOptions options)
    {
        var isOwned = certificate != options.Certificate && certificate != Certificate;
        var peer = new PeerConnection(this, session, certificate, isOwned, options);
        _directory.Add(peer);
        peer.Flush(Now);
        return peer;
    }

    private SessionOptions SessionOptionsFor(LocalCertificate certificate, PeerOptions options) => new()
    {
        Fingerprint = certificate.Fingerprint,
        Candidates = CandidatesFor(options.RelayOnly),
        Channels = [.. options.Channels.Select(channel => channel.ToParameters())],
        Sctp = new SctpOptions { SendBuffer = (int)options.SendBufferLimit, Pool = _blocks },
    };

    /// <summary>Closes every connection and the port; no other can be made from then on.</summary>
    public async ValueTask DisposeAsync()
    {
        Task[] endings;
        lock (Gate)
        {
            if (_isDisposed) return;
            _isDisposed = true;
            endings = [.. _directory.All.Select(peer => peer.DisposeAsync().AsTask())];
        }

        await Task.WhenAll(endings).ConfigureAwait(false);
        _isStopping = true;
        _stopping.Set();
        lock (Gate) _endpoint.Dispose();
        _receiver.Join();
        _stopping.Dispose();
        _deadlines.Dispose();
        _standing.Dispose();
        await _standing.Closed.ConfigureAwait(false);
        _ownCertificate?.Dispose();
    }
}
