using System.Buffers.Binary;
using System.Text;
using QuicPair.Rtc.Machine;

namespace QuicPair.Rtc.Ice.Checks;

/// <summary>What the procedures of one agent share.</summary>
internal sealed class AgentState
{
    public AgentState(IceRole role, IceCredentials local, IEntropy entropy)
    {
        Role = role;
        Local = local;
        LocalKey = Encoding.ASCII.GetBytes(local.Password);
        LocalFragment = Encoding.ASCII.GetBytes(local.UsernameFragment);
        Entropy = entropy;
        Checklist = new Checklist(role);
        Span<byte> tieBreaker = stackalloc byte[sizeof(ulong)];
        entropy.Fill(tieBreaker);
        TieBreaker = BinaryPrimitives.ReadUInt64BigEndian(tieBreaker);
    }

    public IceRole Role { get; private set; }

    /// <summary>Decides a role conflict (RFC 8445, section 7.3.1.1); never changes.</summary>
    public ulong TieBreaker { get; }

    public IceCredentials Local { get; }

    /// <summary>The key of checks that come in, and of our responses to them.</summary>
    public byte[] LocalKey { get; }

    public byte[] LocalFragment { get; }

    public IceCredentials? Remote { get; private set; }

    /// <summary>The key of our checks, and of the responses to them.</summary>
    public byte[] RemoteKey { get; private set; } = [];

    /// <summary>USERNAME of our checks.</summary>
    public byte[] OutgoingUsername { get; private set; } = [];

    /// <summary>USERNAME of the peer's checks.</summary>
    public byte[] IncomingUsername { get; private set; } = [];

    public IEntropy Entropy { get; }

    public Checklist Checklist { get; }

    public CandidatePair? Selected
    {
        get => Checklist.Selected;
        set => Checklist.Selected = value;
    }

    /// <summary>Whether the selected pair has stopped answering and there is no other.</summary>
    public bool IsSilent { get; set; }

    public IceState State { get; private set; }

    public Queue<IceEvent> Events { get; } = new();

    public IceCounters Counters { get; set; }

    public void SetRemote(IceCredentials remote)
    {
        Remote = remote;
        RemoteKey = Encoding.ASCII.GetBytes(remote.Password);
        OutgoingUsername = remote.UsernameFrom(Local);
        IncomingUsername = Local.UsernameFrom(remote);
    }

    public void SwitchRole()
    {
        Role = Role == IceRole.Controlling ? IceRole.Controlled : IceRole.Controlling;
        Checklist.SwitchRole(Role);
    }

    public void Enter(IceState state)
    {
        if (State == state) return;
        State = state;
        Events.Enqueue(new IceEvent.StateChanged(state));
    }

    public void Fail(IceFailure reason)
    {
        State = IceState.Failed;
        Selected = null;
        Events.Enqueue(new IceEvent.Failed(reason));
    }

    public void Drop() => Counters = Counters with { Dropped = Counters.Dropped + 1 };
}
