using QuicPair.Rtc.Channels;
using QuicPair.Rtc.Dtls;
using QuicPair.Rtc.Ice;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Sdp;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Session;

/// <summary>What the procedures of one session share.</summary>
internal sealed class SessionContext(
    SessionOptions options, IceAgent ice, DtlsTransport dtls, IEntropy entropy)
{
    private bool _isEndTold;

    public SessionOptions Options { get; } = options;

    /// <summary>The INIT that our descriptions carry, the same in all of them.</summary>
    public SctpInit SctpInit { get; } = SctpInit.Create(options.Sctp, entropy);

    /// <summary>The peer's INIT, if both descriptions have one; null for the handshake of SCTP.</summary>
    public SctpInit? RemoteSctpInit { get; set; }

    /// <summary>The agent of the current credentials.</summary>
    public IceAgent Ice { get; set; } = ice;

    /// <summary>The agent before a restart, as long as its path may be used.</summary>
    public IceAgent? FormerIce { get; set; }

    /// <summary>Our candidates, as the current description says.</summary>
    public IReadOnlyList<IceCandidate> Candidates { get; set; } = options.Candidates;

    /// <summary>Where data goes out.</summary>
    public NetworkPath? SelectedPath => Ice.SelectedPath ?? FormerIce?.SelectedPath;

    public DtlsTransport Dtls { get; } = dtls;

    public IEntropy Entropy { get; } = entropy;

    /// <summary>Null until DTLS is up: only then the role and the round trip time are known.</summary>
    public DataChannels? Channels { get; set; }

    /// <summary>Channels to open when <see cref="Channels"/> is there.</summary>
    public Queue<ChannelParameters> WaitingChannels { get; } = new(options.Channels);

    /// <summary>The peer's description; null for an offer without its answer.</summary>
    public SessionDescription? Remote { get; set; }

    public DtlsRole DtlsRole { get; set; }

    public SessionState State { get; private set; }

    public SessionEnd? End { get; private set; }

    public IceFailure? IceFailure { get; set; }

    public Instant? IceConnectedAt { get; set; }

    public Instant? DtlsConnectedAt { get; set; }

    public Instant? SctpConnectedAt { get; set; }

    public long Dropped { get; set; }

    public Queue<SessionEvent> Events { get; } = new();

    /// <summary>Whether datagrams from there are the peer's.</summary>
    public bool IsValidated(NetworkPath path) =>
        Ice.IsValidated(path) || FormerIce?.IsValidated(path) == true;

    public void Enter(SessionState state)
    {
        if (state <= State) return;
        State = state;
        Events.Enqueue(new(SessionEventKind.StateChanged, state));
    }

    /// <summary>Ends the session; the first reason counts.</summary>
    public void Finish(SessionEnd end)
    {
        if (End is not null) return;
        End = end;
        State = SessionState.Ended;

        // What was kept to be sent again goes back to the buffers that all sessions of a host share.
        Channels?.Abort(default);
    }

    /// <summary>Tells the end, once.</summary>
    public bool TryTakeEnd(out SessionEvent taken)
    {
        taken = default;
        if (End is not { } end || _isEndTold) return false;
        _isEndTold = true;
        taken = new(SessionEventKind.Ended, State, End: end);
        return true;
    }
}
