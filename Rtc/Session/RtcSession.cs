using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using QuicPair.Rtc.Channels;
using QuicPair.Rtc.Dtls;
using QuicPair.Rtc.Ice;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Sdp;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Session;

/// <summary>
/// One end of a WebRTC connection without media: ICE finds a path, DTLS secures it, SCTP carries data
/// channels. It has no clock and no socket: after each call that changes something, drain
/// <see cref="TryTake"/>, then <see cref="TryTransmit"/>, then read <see cref="NextTimeout"/>.
/// </summary>
public sealed partial class RtcSession : IDisposable
{
    private readonly SessionContext _context;
    private readonly Connecting _connecting;
    private readonly Demultiplexer _demultiplexer;
    private readonly Restarting _restarting;
    private readonly Outbound _outbound;
    private readonly Closing _closing;
    private readonly ulong _sessionId;
    private int _sessionVersion = 2;
    private long _unacknowledged;
    private Instant _now;

    private RtcSession(SessionOptions options, IceRole role, IDtls dtls, IEntropy entropy)
    {
        var ice = new IceAgent(role, IceCredentials.Create(entropy), entropy);
        foreach (var candidate in options.Candidates)
        {
            ice.AddLocalCandidate(candidate);
        }

        Span<byte> sessionId = stackalloc byte[sizeof(ulong)];
        entropy.Fill(sessionId);
        _sessionId = BinaryPrimitives.ReadUInt64BigEndian(sessionId);
        _context = new SessionContext(options, ice, new DtlsTransport(dtls), entropy);
        _restarting = new Restarting(_context);
        _connecting = new Connecting(_context, _restarting);
        _demultiplexer = new Demultiplexer(_context, _restarting);
        _outbound = new Outbound(_context);
        _closing = new Closing(_context);
    }

    /// <summary>The channels once DTLS is up, for tests.</summary>
    internal DataChannels? DataChannels => _context.Channels;

    /// <summary>Our latest offer or answer, with all candidates.</summary>
    public string LocalDescription { get; private set; } = "";

    /// <summary>
    /// Our ICE user fragment: the first part of the USERNAME of every check for this session.
    /// </summary>
    public string UserFragment => _context.Ice.Credentials.UsernameFragment;

    /// <summary>That of the path before a restart, while it is used or may be again; else null.</summary>
    public string? FormerUserFragment => _context.FormerIce?.Credentials.UsernameFragment;

    /// <summary>The peer's ICE credentials; null before they are known.</summary>
    public IceCredentials? RemoteCredentials => _context.Ice.RemoteCredentials;

    /// <summary>The certificate that the peer has proved to own (DER); empty before DTLS is up.</summary>
    public ReadOnlyMemory<byte> RemoteCertificate => _context.Dtls.PeerCertificate;

    /// <summary>How far the session is.</summary>
    public SessionState State => _context.State;

    /// <summary>Whether the session is over.</summary>
    public bool IsOver => _context.End is not null;

    /// <summary>Why the session is over; null as long as it is not.</summary>
    public SessionEnd? End => _context.End;

    /// <summary>Why ICE failed, if it did.</summary>
    public IceFailure? IceFailure => _context.IceFailure;

    /// <summary>Why DTLS failed, if it did.</summary>
    public DtlsFailure? DtlsFailure => _context.Dtls.Failure;

    /// <summary>What kind of path data takes; null before there is one.</summary>
    public IcePathKind? PathKind => _context.Ice.PathKind ?? _context.FormerIce?.PathKind;

    /// <summary>Whether a path has the credentials of the last description, not only former ones.</summary>
    public bool HasPath => _context.Ice.SelectedPath is not null;

    /// <summary>Smoothed round trip time of the path as ICE measures it; null before there is one.</summary>
    public TimeSpan? RoundTrip => _context.Ice.RoundTripTime ?? _context.FormerIce?.RoundTripTime;

    /// <summary>When ICE had its first path.</summary>
    public Instant? IceConnectedAt => _context.IceConnectedAt;

    /// <summary>When the DTLS handshake was done.</summary>
    public Instant? DtlsConnectedAt => _context.DtlsConnectedAt;

    /// <summary>When the SCTP association was up.</summary>
    public Instant? SctpConnectedAt => _context.SctpConnectedAt;

    /// <summary>Datagrams that came to nothing at any layer.</summary>
    public long DroppedDatagrams => _context.Dropped + _context.Ice.Counters.Dropped
        + _context.Dtls.Counters.DroppedRecords + (_context.Channels?.Statistics.PacketsDropped ?? 0);

    /// <summary>What the session has seen.</summary>
    public SessionCounters Counters => new(
        _context.Dropped, _context.Ice.Counters, _context.Dtls.Counters, _context.Channels?.Statistics);

    /// <summary>When to call <see cref="HandleTimeout"/>; null for never.</summary>
    public Instant? NextTimeout => IsOver
        ? null
        : Instant.Earliest(
            _context.Ice.NextTimeout,
            _restarting.NextTimeout,
            _context.Dtls.NextTimeout,
            _context.Channels?.NextTimeout,
            _closing.NextTimeout);

    /// <summary>
    /// Makes the offering end. It answers checks at once and starts its own with the answer.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="options">How it is made.</param>
    /// <param name="dtls">The handshake, which the session owns.</param>
    /// <param name="entropy">Where randomness comes from.</param>
    public static RtcSession CreateOffer(Instant now, SessionOptions options, IDtls dtls, IEntropy entropy)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(entropy);
        var session = new RtcSession(options, IceRole.Controlling, dtls, entropy) { _now = now };
        session.LocalDescription = DescriptionWriter.WriteOffer(session.DescribeLocal());
        session._hasOffered = true;
        return session;
    }

    /// <summary>Makes the answering end, which starts its checks before the answer has travelled.</summary>
    /// <param name="now">The time.</param>
    /// <param name="text">The peer's offer.</param>
    /// <param name="options">How the session is made.</param>
    /// <param name="dtls">The handshake, which the session owns if there is one.</param>
    /// <param name="entropy">Where randomness comes from.</param>
    /// <param name="session">The session, or null when the offer cannot be used.</param>
    /// <param name="problem">What is wrong with the offer.</param>
    public static bool TryCreateAnswer(
        Instant now,
        ReadOnlySpan<char> text,
        SessionOptions options,
        IDtls dtls,
        IEntropy entropy,
        [NotNullWhen(true)] out RtcSession? session,
        out SdpProblem problem)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(entropy);
        session = null;
        if (!SessionDescription.TryParse(text, out var offer, out problem)) return false;
        session = new RtcSession(options, IceRole.Controlled, dtls, entropy) { _now = now };
        var role = offer!.RoleOfAnswerer;
        session._connecting.Start(now, offer, role);
        session.LocalDescription = DescriptionWriter.WriteAnswer(session.DescribeLocal(), offer, role);
        return true;
    }

    /// <summary>
    /// Takes the answer to our offer; false when it cannot be used or another one was taken.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="text">The answer.</param>
    /// <param name="problem">What is wrong with it.</param>
    public bool TrySetAnswer(Instant now, ReadOnlySpan<char> text, out SdpProblem problem)
    {
        _now = now;
        if (!SessionDescription.TryParse(text, out var answer, out problem)) return false;
        if (!answer!.TryFindRoleOfOfferer(out var role))
        {
            problem = SdpProblem.NoRole;
            return false;
        }

        if (RemoteCredentials is not null) return false;
        if (State == SessionState.New)
        {
            _connecting.Start(now, answer, role);
        }
        else if (_restarting.IsSamePeer(answer))
        {
            _restarting.Start(now, answer);
        }
        else
        {
            problem = SdpProblem.AnotherPeer;
        }

        _connecting.Advance(now);
        return problem == SdpProblem.None;
    }

    /// <summary>Takes whatever arrived; it never throws.</summary>
    /// <param name="now">The time.</param>
    /// <param name="path">Where it arrived and from where.</param>
    /// <param name="datagram">The payload of UDP.</param>
    public void HandleDatagram(Instant now, NetworkPath path, ReadOnlySpan<byte> datagram)
    {
        if (IsOver) return;
        _now = now;
        _demultiplexer.Handle(now, path, datagram);
        Advance();
    }

    /// <summary>
    /// Does what is due: to be called at <see cref="NextTimeout"/>, and when the DTLS implementation says
    /// that it has something to take.
    /// </summary>
    public void HandleTimeout(Instant now)
    {
        if (IsOver) return;
        _now = now;
        _context.Ice.HandleTimeout(now);
        _restarting.HandleTimeout(now);
        _context.Dtls.HandleTimeout(now);
        _context.Channels?.HandleTimeout(now);
        ProbeWhenUnacknowledged(now);
        _closing.HandleTimeout(now);
        Advance();
    }

    /// <summary>
    /// Takes the next event; call it until it returns false, before <see cref="TryTransmit"/>.
    /// </summary>
    public bool TryTake(out SessionEvent taken)
    {
        while (!_context.Events.TryDequeue(out taken))
        {
            // What arrived before the end is told before the end.
            if (_context.Channels is not { } channels || !channels.TryTake(out var happened))
            {
                return _context.TryTakeEnd(out taken);
            }

            if (TryTranslate(happened, out taken)) return true;
        }

        return true;
    }

    /// <summary>Writes the next datagram to send; call it until it returns false.</summary>
    /// <param name="now">The time.</param>
    /// <param name="destination">At least 1,280 bytes.</param>
    /// <param name="length">Bytes written.</param>
    /// <param name="path">From where and where to send them.</param>
    public bool TryTransmit(Instant now, Span<byte> destination, out int length, out NetworkPath path)
    {
        _now = now;
        if (!IsOver && _context.Ice.TryTransmit(now, destination, out length, out path)) return true;
        if (!IsOver && _context.FormerIce is { } former
            && former.TryTransmit(now, destination, out length, out path))
        {
            return true;
        }

        (length, path) = (0, default);
        if (_context.SelectedPath is not { } selected) return false;
        path = selected;
        if (_outbound.TryTransmit(now, destination, out length)) return true;
        if (IsOver || _context.Channels is not null) return false;

        // The handshake may have ended with the datagram that was taken last.
        Advance();
        return _context.Channels is not null && _outbound.TryTransmit(now, destination, out length);
    }

    /// <summary>
    /// Opens a channel; it is told by an event when it is open. False when the session is closing or over, or
    /// no channel is left.
    /// </summary>
    public bool TryOpenChannel(Instant now, ChannelParameters parameters)
    {
        _now = now;
        if (State >= SessionState.Closing) return false;
        if (_context.Channels is { } channels) return channels.TryOpen(now, parameters, out _);
        _context.WaitingChannels.Enqueue(parameters);
        return true;
    }

    /// <summary>Queues a message, which is copied.</summary>
    public SendOutcome Send(Instant now, StreamId channel, ReadOnlySpan<byte> message, bool text = false)
    {
        _now = now;
        if (State >= SessionState.Closing || _context.Channels is not { } channels) return SendOutcome.Closed;
        return channels.Send(now, channel, message, text);
    }

    /// <summary>Bytes of messages on a channel that were not sent yet.</summary>
    public long BufferedAmount(StreamId channel) => _context.Channels?.BufferedAmount(channel) ?? 0;

    /// <summary>Closes a channel once everything sent on it has arrived.</summary>
    public void CloseChannel(Instant now, StreamId channel)
    {
        _now = now;
        _context.Channels?.CloseChannel(now, channel);
    }

    /// <summary>
    /// Closes the session in order: what was sent still arrives, if the peer takes it within two seconds. A
    /// session that is not connected is over at once.
    /// </summary>
    public void Close(Instant now)
    {
        _now = now;
        _closing.Close(now);
    }

    /// <summary>
    /// Whether the peer has proved that it is reached, or sends, on this path; other senders may be anybody.
    /// </summary>
    public bool IsValidated(NetworkPath path) => _context.IsValidated(path);

    /// <inheritdoc/>
    public void Dispose() => _context.Dtls.Dispose();

    /// <summary>Whether <see cref="LocalDescription"/> is an offer that waits for its answer.</summary>
    private bool IsOffering => _context.Ice is { Role: IceRole.Controlling, RemoteCredentials: null };

    // draft-hancke-tsvwg-snap: offered from the start, answered if offered, and the same in later descriptions.
    private bool OffersSctpInit => _context.Remote is null || _context.RemoteSctpInit is not null;

    private LocalParameters DescribeLocal()
    {
        _told = _context.Candidates;
        return new LocalParameters
        {
            Credentials = _context.Ice.Credentials,
            Fingerprint = _context.Options.Fingerprint,
            Candidates = _context.Candidates,
            SessionId = _sessionId,
            SessionVersion = _sessionVersion++,
            MaximumMessageSize = _context.Options.Sctp.MessageLengthMax,
            SctpPort = _context.Options.Sctp.LocalPort,
            SctpInit = OffersSctpInit ? _context.SctpInit.Format() : null,
        };
    }

    // What is in flight and not acknowledged is the first sign of a path that broke.
    private void ProbeWhenUnacknowledged(Instant now)
    {
        if (_context.Channels is not { Statistics: var statistics }) return;
        var count = statistics.Timeouts + statistics.TailProbes;
        if (count == _unacknowledged) return;
        _unacknowledged = count;
        _context.Ice.Probe(now);
        _context.FormerIce?.Probe(now);
    }

    private void Advance()
    {
        _connecting.Advance(_now);
        _demultiplexer.Receive(_now);
        _connecting.Advance(_now);
    }

    private bool TryTranslate(in ChannelEvent happened, out SessionEvent translated)
    {
        var id = happened.Id;
        switch (happened.Kind)
        {
            case ChannelEventKind.Message:
                translated = new(SessionEventKind.Message, State, id, happened.Payload, happened.IsText);
                return true;
            case ChannelEventKind.Opened:
                translated = new(SessionEventKind.ChannelOpened, State, id)
                {
                    Parameters = happened.Parameters,
                    IsRemote = happened.IsRemote,
                };
                return true;
            case ChannelEventKind.Closing:
                translated = new(SessionEventKind.ChannelClosing, State, id);
                return true;
            case ChannelEventKind.Closed:
                translated = new(SessionEventKind.ChannelClosed, State, id);
                return true;
            case ChannelEventKind.Connected:
                _context.SctpConnectedAt = _now;
                _context.Enter(SessionState.Connected);
                break;
            case ChannelEventKind.Disconnected:
                _closing.AssociationEnded(happened.End);
                break;
        }

        translated = default;
        return false;
    }
}
