using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp.Parameters;
using QuicPair.Rtc.Sctp.Receive;
using QuicPair.Rtc.Sctp.Send;

namespace QuicPair.Rtc.Sctp.Association;

/// <summary>What the procedures of one association share.</summary>
internal sealed class AssociationContext
{
    private readonly Queue<(AssociationEvent Event, FragmentRun? Message)> _events = new();
    private ControlBlock? _ended;

    public AssociationContext(SctpOptions options, IEntropy entropy, SctpInit? own = null)
    {
        Options = options;
        Entropy = entropy;
        Pool = options.Pool ?? new BlockPool();
        Queue = new SendQueue(Pool, options, Statistics);
        own ??= SctpInit.Create(options, entropy);
        LocalTag = own.InitiateTag;
        InitialTsn = own.InitialTsn;
    }

    public SctpOptions Options { get; }

    public IEntropy Entropy { get; }

    public BlockPool Pool { get; }

    public SctpStatistics Statistics { get; } = new();

    public SendQueue Queue { get; }

    /// <summary>
    /// The tag the peer has to use; one for the life of the association, as a collision of INITs needs it.
    /// </summary>
    public uint LocalTag { get; }

    public Tsn InitialTsn { get; }

    public AssociationState State { get; private set; } = new AssociationState.Closed();

    /// <summary>A last packet that goes out although the association has ended.</summary>
    public LastWord? LastWord { get; set; }

    public ControlBlock NewControl(PeerParameters peer) => new(this, peer);

    public void Enter(AssociationState state) => State = state;

    public void Establish(ControlBlock control)
    {
        State = new AssociationState.Established(control);
        Emit(new AssociationEvent(AssociationEventKind.Established));
    }

    /// <summary>Ends the association, once; with an ABORT if we are the one who breaks it off.</summary>
    public void End(AssociationEnd reason, ErrorCause? abortCause = null)
    {
        if (State is AssociationState.Ended)
        {
            return;
        }

        var control = State.Control;
        if (control is not null)
        {
            DrainMessages(control);
            if (abortCause is { } cause)
            {
                LastWord = Association.LastWord.Abort(control.Peer.PeerTag, cause);
            }
        }

        State = new AssociationState.Ended(reason);
        Queue.Clear();
        control?.Sender.Clear();
        control?.Reassembly.Clear();
        _ended = control;
        Emit(new AssociationEvent(AssociationEventKind.Ended, End: reason));
    }

    public void Emit(AssociationEvent happened) => _events.Enqueue((happened, null));

    /// <summary>
    /// Turns whole messages into events, so that they come before whatever is emitted next.
    /// </summary>
    public void DrainMessages(ControlBlock control)
    {
        while (control.Reassembly.TryTake(out var message))
        {
            var happened = new AssociationEvent(
                AssociationEventKind.Message, message!.Stream, message.PayloadProtocol);
            _events.Enqueue((happened, message));
        }
    }

    public bool TryTakeEvent(out AssociationEvent happened, out FragmentRun? message)
    {
        var taken = _events.TryDequeue(out var entry);
        (happened, message) = entry;
        return taken;
    }

    /// <summary>Takes back a message that was delivered, also after the end.</summary>
    public void Release(FragmentRun message)
    {
        if ((State.Control ?? _ended) is { } control)
        {
            control.Reassembly.Release(message);
            control.Data.OnDelivered();
        }
    }

    public uint NextNumber() => Entropy.NextNumber();
}
