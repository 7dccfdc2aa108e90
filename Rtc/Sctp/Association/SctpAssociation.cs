using System.Buffers;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp.Parameters;
using QuicPair.Rtc.Sctp.Receive;

namespace QuicPair.Rtc.Sctp.Association;

/// <summary>
/// One SCTP association over a datagram path (RFC 9260), as data channels use it (RFC 8831, RFC 8261).
/// After each call that changes something, take events until there are none and then packets until there are
/// none.
/// </summary>
internal sealed class SctpAssociation
{
    private readonly AssociationContext _context;
    private readonly Handshake _handshake;
    private readonly Teardown _teardown;
    private readonly Inbound _inbound;
    private readonly Outbound _outbound;
    private FragmentRun? _delivered;
    private byte[]? _joined;

    /// <param name="options">The settings.</param>
    /// <param name="entropy">Where tags and keys come from.</param>
    /// <param name="own">Our tag and first TSN, if a description has told them already.</param>
    public SctpAssociation(SctpOptions options, IEntropy entropy, SctpInit? own = null)
    {
        _context = new AssociationContext(options, entropy, own);
        _handshake = new Handshake(_context);
        _teardown = new Teardown(_context);
        var errors = new ErrorReport();
        _inbound = new Inbound(_context, _handshake, _teardown, errors);
        _outbound = new Outbound(_context, _handshake, _teardown, errors);
    }

    public SctpStatistics Statistics => _context.Statistics;

    /// <summary>For tests and diagnosis; decisions belong to the procedures.</summary>
    public AssociationState State => _context.State;

    /// <summary>The tag that the peer has to use.</summary>
    public uint LocalTag => _context.LocalTag;

    /// <summary>Whether messages are accepted for sending; before the association is up they wait.</summary>
    public bool IsOpen => _context.State is AssociationState.Closed or AssociationState.CookieWait
        or AssociationState.CookieEchoed or AssociationState.Established;

    /// <summary>When <see cref="HandleTimeout"/> has to be called; ask again after every call.</summary>
    public Instant? NextTimeout => Instant.Earliest(_context.State.Control?.NextTimeout, RetryDeadline);

    /// <summary>Sends INIT and repeats it until there is an answer.</summary>
    public void Connect() => _handshake.Connect();

    /// <summary>
    /// Is up at once, because both ends know each other's INIT from their descriptions; if the peer does not think
    /// so, it is answered like anybody.
    /// </summary>
    public void Establish(Instant now, SctpInit peer, TimeSpan? roundTrip) =>
        _handshake.Establish(now, peer, roundTrip);

    public void HandleDatagram(Instant now, ReadOnlySpan<byte> packet)
    {
        if (_inbound.Handle(now, packet))
        {
            _context.Statistics.PacketsReceived++;
        }
        else
        {
            _context.Statistics.PacketsDropped++;
        }
    }

    public void HandleTimeout(Instant now)
    {
        switch (_context.State)
        {
            case AssociationState.CookieWait { Init: var init }:
                init.HandleTimeout(now);
                break;
            case AssociationState.CookieEchoed { Echo: var echo }:
                echo.HandleTimeout(now);
                break;
        }

        _context.State.Control?.HandleTimeout(now);
        _teardown.HandleTimeout(now);
        _teardown.Advance();
    }

    /// <summary>There is another path, or the one there was answers again.</summary>
    public void PathChanged(Instant now) => _context.State.Control?.Sender.PathChanged(now);

    /// <summary>Writes the next packet to send; false when there is none.</summary>
    public bool TryTransmit(Instant now, Span<byte> destination, out int length) =>
        _outbound.TryWrite(now, destination, out length);

    /// <summary>Takes the next event; a message in it is valid until the next call.</summary>
    public bool TryTake(out AssociationEvent happened)
    {
        Release();
        if (!_context.TryTakeEvent(out happened, out var message))
        {
            return false;
        }

        if (message is not null)
        {
            _delivered = message;
            happened = happened with { Payload = Contiguous(message) };
        }

        return true;
    }

    public SendOutcome Send(
        StreamId stream, ReadOnlySpan<byte> payload, PayloadProtocol protocol, Reliability reliability) =>
        IsOpen ? _context.Queue.Enqueue(stream, payload, protocol, reliability) : SendOutcome.Closed;

    /// <summary>Payload bytes of <paramref name="stream"/> that were not sent yet.</summary>
    public long BufferedAmount(StreamId stream) => _context.Queue.Buffered(stream);

    /// <summary>
    /// Resets our side of a stream once all its messages have arrived; false if there is no association yet.
    /// </summary>
    public bool ResetStream(StreamId stream)
    {
        if (_context.State.Control is not { } control)
        {
            return false;
        }

        control.StreamReset.Request(stream);
        return true;
    }

    /// <summary>
    /// Resets our side of a stream that the peer opened in vain; a peer that does so again and again is not
    /// answered each time.
    /// </summary>
    public void RefuseStream(StreamId stream) => _context.State.Control?.StreamReset.Refuse(stream);

    /// <summary>Whether an open reset of <paramref name="stream"/> could be taken as acknowledged.</summary>
    public bool ConfirmReset(StreamId stream) => _context.State.Control?.StreamReset.Confirm(stream) ?? false;

    /// <summary>Ends the association once everything sent has arrived.</summary>
    public void Shutdown(Instant now) => _teardown.Shutdown(now);

    /// <summary>Ends the association at once.</summary>
    public void Abort() => _context.End(AssociationEnd.Aborted, ErrorCause.UserInitiatedAbort);

    private Instant? RetryDeadline => _context.State switch
    {
        AssociationState.CookieWait { Init: var init } => init.Deadline,
        AssociationState.CookieEchoed { Echo: var echo } => echo.Deadline,
        AssociationState.ShutdownPending or AssociationState.ShutdownReceived => _teardown.GuardEnds,
        AssociationState.ShutdownSent { Shutdown: var shutdown } => shutdown.Deadline,
        AssociationState.ShutdownAckSent { ShutdownAck: var ack } => ack.Deadline,
        _ => null,
    };

    private ReadOnlyMemory<byte> Contiguous(FragmentRun message)
    {
        if (message.Head!.Next is null)
        {
            return message.Head.Bytes.AsMemory(0, message.Length);
        }

        _joined = ArrayPool<byte>.Shared.Rent(message.Length);
        message.CopyTo(_joined);
        return _joined.AsMemory(0, message.Length);
    }

    private void Release()
    {
        if (_joined is { } joined)
        {
            _joined = null;
            ArrayPool<byte>.Shared.Return(joined);
        }

        if (_delivered is { } delivered)
        {
            _context.Release(delivered);
        }

        _delivered = null;
    }
}
