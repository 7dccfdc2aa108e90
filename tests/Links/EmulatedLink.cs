using System.Diagnostics;
using QuicPair.Nat.Lab;

namespace QuicPair.Links;

/// <summary>
/// Two network namespaces with a TUN device each, and the link between them in a thread of this process.
/// </summary>
internal sealed class EmulatedLink : IDisposable
{
    public const string LeftAddress = "10.77.1.1";
    public const string RightAddress = "10.77.2.1";

    private const int LongestWait = 20;
    private const int LongestTurn = 64;

    private readonly byte[] _buffer = new byte[65_536];
    private readonly TunDevice[] _ports;
    private readonly Thread _thread;
    private volatile bool _isStopping;

    public EmulatedLink(LinkSettings settings)
    {
        Left = Namespace.Create("left");
        Right = Namespace.Create("right");
        _ports = [Connect(Left, "l", LeftAddress), Connect(Right, "r", RightAddress)];
        ToRight = new Direction(settings, _ports[1], new Random(1));
        ToLeft = new Direction(settings, _ports[0], new Random(2));
        _thread = new Thread(Loop) { IsBackground = true, Name = "link", Priority = ThreadPriority.AboveNormal };
        _thread.Start();
    }

    public Namespace Left { get; }

    public Namespace Right { get; }

    public Direction ToRight { get; }

    public Direction ToLeft { get; }

    public void Dispose()
    {
        _isStopping = true;
        _thread.Join();
        foreach (var port in _ports) port.Dispose();
        Left.Dispose();
        Right.Dispose();
    }

    private static TunDevice Connect(Namespace place, string side, string address)
    {
        var device = TunDevice.Open($"qk{Environment.ProcessId}{side}");
        Shell.Ip($"link set {device.Name} netns {place.Name}");
        place.Ip($"link set {device.Name} name wan\nlink set wan up txqueuelen 10000");
        place.Ip($"address add {address}/32 dev wan\nroute add default dev wan src {address}");
        return device;
    }

    private void Loop()
    {
        Direction[] from = [ToRight, ToLeft];
        var entries = new Native.PollEntry[_ports.Length];
        while (!_isStopping)
        {
            for (var index = 0; index < _ports.Length; index++)
            {
                entries[index] = new() { Descriptor = _ports[index].Descriptor, Wanted = Native.Readable };
            }

            _ = Native.Poll(entries, (nuint)entries.Length, Wait());
            for (var index = 0; index < _ports.Length; index++)
            {
                if ((entries[index].Found & Native.Readable) != 0) Receive(_ports[index], from[index]);
            }

            var now = Stopwatch.GetTimestamp();
            ToRight.Forward(now);
            ToLeft.Forward(now);
        }
    }

    private void Receive(TunDevice port, Direction direction)
    {
        for (var count = 0; count < LongestTurn && port.Read(_buffer) is > 0 and var length; count++)
        {
            direction.Take(Stopwatch.GetTimestamp(), _buffer.AsSpan(0, length));
        }
    }

    private int Wait()
    {
        var now = Stopwatch.GetTimestamp();
        var due = Math.Min(ToRight.NextDue ?? long.MaxValue, ToLeft.NextDue ?? long.MaxValue);
        if (due == long.MaxValue) return LongestWait;
        return (int)Math.Clamp((due - now) * 1000 / Stopwatch.Frequency, 0, LongestWait);
    }
}
