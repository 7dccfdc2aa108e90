using System.Net.Sockets;
using Xunit;

namespace QuicPair.Rtc.Sockets.Tests;

/// <summary>Datagrams of strangers on the host's port cost the thread that receives them no memory.</summary>
public sealed class GarbageTests
{
    // Fewer than the smallest socket buffer holds: each is received before the marker behind it.
    private const int Burst = 60;
    private const int Rounds = 40;

    [Fact]
    public async Task Garbage_on_the_port_allocates_nothing()
    {
        await using var pair = await PeerPair.Connect();
        using var stranger = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        using var meter = new Meter(pair);
        var noise = Noise();
        for (var round = 0; round < Rounds; round++)
        {
            await meter.Mark(withGarbage: false);
            foreach (var datagram in noise) stranger.SendTo(datagram, pair.MacHost.LocalEndPoint);
            await meter.Mark(withGarbage: true);
        }

        // A marker costs what a message costs; sixty datagrams before it add nothing to that.
        Assert.InRange(meter.Garbage.Count, Rounds / 4, Rounds);
        Assert.InRange(meter.Clean.Count, Rounds / 4, Rounds);
        Assert.Equal(Median(meter.Clean), Median(meter.Garbage));
    }

    private static long Median(List<long> values) => values.Order().ElementAt(values.Count / 2);

    private static byte[][] Noise()
    {
        var random = new Random(2);
        byte[] first = [0, 1, 20, 22, 23, 64, 128, 255];
        return
        [
            .. Enumerable.Range(0, Burst).Select(number =>
            {
                var datagram = new byte[random.Next(1, 600)];
                random.NextBytes(datagram);
                datagram[0] = first[number % first.Length];
                return datagram;
            }),
        ];
    }

    /// <summary>
    /// Sends markers over the channel and reads, in the thread that delivers them, how much it has allocated. Only
    /// neighbouring markers that the receiving thread itself delivered are compared.
    /// </summary>
    private sealed class Meter : IDisposable
    {
        private readonly PeerPair _pair;
        private readonly SemaphoreSlim _arrived = new(0);
        private int _thread;
        private long _allocated;
        private bool _isKnown;
        private bool _withGarbage;

        public Meter(PeerPair pair)
        {
            _pair = pair;
            pair.MacChannel.OnMessage = (_, _) => Arrived();
        }

        public List<long> Clean { get; } = new(Rounds);

        public List<long> Garbage { get; } = new(Rounds);

        public Task Mark(bool withGarbage)
        {
            _withGarbage = withGarbage;
            _pair.PhoneChannel.TrySend("marker"u8);
            return _arrived.WaitAsync(TestContext.Current.CancellationToken);
        }

        public void Dispose() => _arrived.Dispose();

        private void Arrived()
        {
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var isReceiver = Thread.CurrentThread.Name == "RTC";
            var isSame = isReceiver && _isKnown && _thread == Environment.CurrentManagedThreadId;
            if (isSame) (_withGarbage ? Garbage : Clean).Add(allocated - _allocated);
            (_isKnown, _thread) = (isReceiver, Environment.CurrentManagedThreadId);
            _arrived.Release();
            _allocated = GC.GetAllocatedBytesForCurrentThread();
        }
    }
}
