using System.Diagnostics;

namespace QuicPair.Nat.Lab;

/// <summary>
/// The internet between the routers, in this process: a TUN device for each, packets forwarded by their public
/// destination after a delay, everything else dropped. What passes can be captured.
/// </summary>
internal sealed class Internet : IDisposable
{
    private const int LongestWait = 20;
    private const int MaximumQueue = 20_000;
    private const int MaximumCapture = 200_000;
    private const int CapturedBytes = 32;

    private static int _devices;

    private readonly Lock _gate = new();
    private readonly List<TunDevice> _ports = [];
    private readonly Dictionary<uint, TunDevice> _routes = [];
    private readonly Queue<(long Due, TunDevice To, int Flight, byte[] Packet)> _underWay = new();
    private readonly Dictionary<TunDevice, List<(long At, int Flights)>> _flights = [];
    private readonly byte[] _buffer = new byte[65_536];
    private readonly Thread _thread;
    private List<Seen>? _capture;
    private long _startOfCount;
    private volatile bool _isStopping;

    public Internet()
    {
        _thread = new Thread(Loop) { IsBackground = true, Name = "internet" };
        _thread.Start();
    }

    /// <summary>From one router to another.</summary>
    public TimeSpan OneWay { get; set; }

    /// <summary>Packets to an address that nobody has, private ones among them.</summary>
    public long Unroutable { get; private set; }

    /// <summary>Gives a namespace the device <c>wan</c> with public addresses and a default route.</summary>
    public void Connect(Namespace place, params string[] addresses)
    {
        var device = TunDevice.Open($"qp{Environment.ProcessId}n{Interlocked.Increment(ref _devices)}");
        Shell.Ip($"link set {device.Name} netns {place.Name}");
        place.Ip($"link set {device.Name} name wan\nlink set wan up");
        foreach (var address in addresses) place.Ip($"address add {address}/32 dev wan");
        place.Ip("route add default dev wan");
        lock (_gate)
        {
            _ports.Add(device);
            foreach (var address in addresses) _routes[IpPacket.Number(address)] = device;
        }
    }

    /// <summary>Starts a capture of everything that passes.</summary>
    public void StartCapture()
    {
        lock (_gate) _capture = [];
    }

    /// <summary>What passed since <see cref="StartCapture"/>: all of it, or it throws.</summary>
    public IReadOnlyList<Seen> TakeCapture()
    {
        lock (_gate)
        {
            if (_capture is not { Count: < MaximumCapture } taken) throw new LabException("No capture, or a full one.");
            return [.. taken];
        }
    }

    /// <summary>Counts the flights from here on.</summary>
    public void CountFlights()
    {
        lock (_gate)
        {
            foreach (var known in _flights.Values) known.Clear();
            _startOfCount = Stopwatch.GetTimestamp();
        }
    }

    /// <summary>
    /// The flights that had led to this address by then: a packet that a site sends is one flight more than the most
    /// that had led to the site. How long a packet was under way, or a site took to send it, does not count.
    /// </summary>
    /// <param name="address">A public address.</param>
    /// <param name="at">A timestamp of <see cref="Stopwatch"/>.</param>
    public int FlightsTo(string address, long at)
    {
        lock (_gate)
        {
            var known = _flights.GetValueOrDefault(_routes[IpPacket.Number(address)], []);
            return known.LastOrDefault(each => each.At <= at).Flights;
        }
    }

    public void Dispose()
    {
        _isStopping = true;
        _thread.Join();
        foreach (var port in _ports) port.Dispose();
    }

    private long Delay => (long)(OneWay.TotalSeconds * Stopwatch.Frequency);

    private void Loop()
    {
        while (!_isStopping)
        {
            TunDevice[] ports;
            lock (_gate) ports = [.. _ports];
            var entries = new Native.PollEntry[ports.Length];
            for (var index = 0; index < ports.Length; index++)
            {
                entries[index] = new() { Descriptor = ports[index].Descriptor, Wanted = Native.Readable };
            }

            _ = Native.Poll(entries, (nuint)entries.Length, Wait());
            for (var index = 0; index < ports.Length; index++)
            {
                if ((entries[index].Found & Native.Readable) != 0) Receive(ports[index]);
            }

            Forward();
        }
    }

    private int Wait()
    {
        if (_underWay.Count == 0) return LongestWait;
        var left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), _underWay.Peek().Due).TotalMilliseconds;
        return Math.Clamp((int)left, 0, LongestWait);
    }

    private void Receive(TunDevice port)
    {
        while (port.Read(_buffer) is > 0 and var length)
        {
            if (!IpPacket.TryRead(_buffer.AsSpan(0, length), out var packet)) continue;
            Record(packet);
            TunDevice? to;
            int flight;
            lock (_gate)
            {
                to = _routes.GetValueOrDefault(packet.Destination);
                flight = _flights.TryGetValue(port, out var known) && known is [.., var last] ? last.Flights + 1 : 1;
            }

            if (to is null)
            {
                Unroutable++;
                continue;
            }

            if (_underWay.Count == MaximumQueue) continue;
            var due = Stopwatch.GetTimestamp() + Delay;
            _underWay.Enqueue((due, to, flight, _buffer.AsSpan(0, length).ToArray()));
        }
    }

    private void Record(IpPacket packet)
    {
        lock (_gate)
        {
            if (_capture is null || _capture.Count == MaximumCapture) return;
            var start = packet.Payload;
            _capture.Add(new Seen(
                packet.Source,
                packet.Destination,
                packet.IsUdp,
                packet.SourcePort,
                packet.DestinationPort,
                start[..Math.Min(start.Length, CapturedBytes)].ToArray()));
        }
    }

    private void NoteFlight(TunDevice to, int flight, long due)
    {
        lock (_gate)
        {
            // What was sent before the count began is none of it.
            if (due - Delay < _startOfCount) return;
            if (!_flights.TryGetValue(to, out var known)) _flights[to] = known = [];
            if (known is [] || known[^1].Flights < flight) known.Add((Stopwatch.GetTimestamp(), flight));
        }
    }

    private void Forward()
    {
        while (_underWay.TryPeek(out var next) && next.Due <= Stopwatch.GetTimestamp())
        {
            _underWay.Dequeue();
            NoteFlight(next.To, next.Flight, next.Due);
            next.To.Write(next.Packet);
        }
    }
}
