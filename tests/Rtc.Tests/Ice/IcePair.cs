using QuicPair.Rtc.Ice;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Wire;
using Xunit;

namespace QuicPair.Rtc.Tests.Ice;

/// <summary>Two agents, one virtual clock and a network between their addresses.</summary>
internal sealed class IcePair
{
    private readonly PriorityQueue<Datagram, (TimeSpan, int)> _flying = new();
    private readonly byte[] _buffer = new byte[1200];
    private readonly HashSet<TransportAddress> _leftHad = [];
    private readonly HashSet<TransportAddress> _rightHad = [];
    private int _sequence;

    public IcePair(
        IceRole left = IceRole.Controlling,
        IceRole right = IceRole.Controlled,
        string[]? leftAddresses = null,
        string[]? rightAddresses = null,
        ulong seed = 1)
    {
        var entropy = new CountingEntropy(seed);
        Left = Create(left, entropy, leftAddresses ?? ["192.0.2.1"]);
        Right = Create(right, entropy, rightAddresses ?? ["198.51.100.1"]);
    }

    public IceAgent Left { get; }

    public IceAgent Right { get; }

    public List<IceEvent> LeftEvents { get; } = [];

    public List<IceEvent> RightEvents { get; } = [];

    public Instant Now { get; private set; }

    public TimeSpan Delay { get; set; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Datagrams sent so far.</summary>
    public int Sent { get; private set; }

    /// <summary>Whether a datagram (sent by left?, its path as the sender sees it) gets lost.</summary>
    public Func<bool, NetworkPath, bool> IsLost { get; set; } = (_, _) => false;

    /// <summary>
    /// The source address that the receiver sees for a datagram of left: a NAT in front of it.
    /// </summary>
    public Func<TransportAddress, TransportAddress> TranslateLeft { get; set; } = address => address;

    /// <summary>Whether an end still gets what comes to addresses that it had: a relay that lingers.</summary>
    public bool FormerAddressesStay { get; set; }

    public static TransportAddress Address(string text, int port = 5000)
    {
        Assert.True(TransportAddress.TryParse(text, port, out var address));
        return address;
    }

    /// <summary>
    /// Tells each agent what the other's description says, the right one first: it answers.
    /// </summary>
    public void Connect()
    {
        Right.SetRemote(Now, Left.Credentials, Left.LocalCandidates);
        Left.SetRemote(Now, Right.Credentials, Right.LocalCandidates);
    }

    /// <summary>
    /// Runs until nothing happens before <paramref name="end"/>, or <paramref name="isDone"/>.
    /// </summary>
    public void Run(TimeSpan end, Func<bool>? isDone = null)
    {
        var deadline = Now + end;
        Drain();
        while (isDone?.Invoke() != true)
        {
            var next = Instant.Earliest(Left.NextTimeout, Right.NextTimeout, NextArrival);
            if (next is not { } instant || instant > deadline)
            {
                Now = deadline;
                return;
            }

            Now = instant > Now ? instant : Now;
            while (NextArrival <= Now)
            {
                Deliver(_flying.Dequeue());
            }

            Left.HandleTimeout(Now);
            Right.HandleTimeout(Now);
            Drain();
        }
    }

    public bool AreConnected => Left.State == IceState.Connected && Right.State == IceState.Connected;

    private Instant? NextArrival => _flying.TryPeek(out var datagram, out _) ? datagram.At : null;

    private static IceAgent Create(IceRole role, CountingEntropy entropy, string[] addresses)
    {
        var agent = new IceAgent(role, IceCredentials.Create(entropy), entropy);
        ushort preference = ushort.MaxValue;
        foreach (var address in addresses)
        {
            agent.AddLocalCandidate(IceCandidate.Host(Address(address), preference--));
        }

        return agent;
    }

    private void Drain()
    {
        Drain(Left, true, LeftEvents);
        Drain(Right, false, RightEvents);
    }

    private void Drain(IceAgent agent, bool isLeft, List<IceEvent> events)
    {
        while (agent.TryTransmit(Now, _buffer, out var length, out var path))
        {
            Sent++;
            if (IsLost(isLeft, path)) continue;
            var source = isLeft ? TranslateLeft(path.Local) : path.Local;
            var bytes = _buffer.AsSpan(0, length).ToArray();
            var datagram = new Datagram(Now + Delay, !isLeft, source, path.Remote, bytes);
            _flying.Enqueue(datagram, (datagram.At.SinceStart, _sequence++));
        }

        while (agent.TryTake(out var taken))
        {
            events.Add(taken!);
        }

        var isIdle = agent.NextTimeout is not { } next || next > Now;
        Assert.True(isIdle, "a drained agent has nothing left to do");
    }

    private void Deliver(Datagram datagram)
    {
        var agent = datagram.IsToLeft ? Left : Right;
        var had = datagram.IsToLeft ? _leftHad : _rightHad;
        if (!FormerAddressesStay) had.Clear();
        had.UnionWith(agent.LocalCandidates.Select(candidate => candidate.Base));
        foreach (var own in had)
        {
            var address = datagram.IsToLeft ? TranslateLeft(own) : own;
            if (address != datagram.Destination) continue;
            agent.HandleDatagram(Now, new NetworkPath(own, datagram.Source), datagram.Bytes);
        }
    }

    private sealed record Datagram(
        Instant At, bool IsToLeft, TransportAddress Source, TransportAddress Destination, byte[] Bytes);
}
