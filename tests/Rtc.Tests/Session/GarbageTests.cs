using QuicPair.Rtc.Session;
using QuicPair.Rtc.Tests.Ice;
using QuicPair.Rtc.Tests.Simulation;
using QuicPair.Rtc.Wire;
using Xunit;

namespace QuicPair.Rtc.Tests.Session;

/// <summary>Datagrams that mean nothing, before and after DTLS: dropped, counted, and they cost no memory.</summary>
public sealed class GarbageTests
{
    private const int Datagrams = 10_000;

    private static readonly NetworkPath Validated =
        new(IcePair.Address("198.51.100.1"), IcePair.Address("192.0.2.1"));

    private static readonly NetworkPath Stranger =
        new(IcePair.Address("198.51.100.1"), IcePair.Address("203.0.113.9"));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Garbage_on_a_living_session_allocates_nothing(bool fromThePeer)
    {
        var pair = SessionPair.Connected(LinkOptions.Clean(TimeSpan.FromMilliseconds(5)));
        var session = pair.Right.Session;
        var path = fromThePeer ? Validated : Stranger;
        var noise = Noise();
        Throw(session, pair, path, noise);
        var (dropped, before) = (session.DroppedDatagrams, GC.GetAllocatedBytesForCurrentThread());
        Throw(session, pair, path, noise);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.InRange(allocated, 0, Datagrams / 10);
        Assert.InRange(session.DroppedDatagrams - dropped, 1, Datagrams);
        Assert.Equal(SessionState.Connected, session.State);
    }

    [Fact]
    public void Garbage_before_DTLS_allocates_nothing()
    {
        var pair = SessionPair.Create(LinkOptions.Clean(TimeSpan.FromMilliseconds(5)));
        var session = pair.Right.Session;
        var noise = Noise();
        Throw(session, pair, Stranger, noise);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Throw(session, pair, Stranger, noise);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Datagrams / 10);
        pair.RunUntil(() => pair.Right.Channels.Count == 1, SessionPair.Soon, "connect all the same");
    }

    private static void Throw(RtcSession session, Pair<SessionEndpoint> pair, NetworkPath path, byte[][] noise)
    {
        for (var number = 0; number < Datagrams; number++)
        {
            session.HandleDatagram(pair.Now, path, noise[number % noise.Length]);
        }
    }

    /// <summary>Every kind that the first byte can announce (RFC 7983), with nothing true behind it.</summary>
    private static byte[][] Noise()
    {
        var random = new Random(1);
        byte[] first = [0, 1, 2, 20, 21, 22, 23, 24, 63, 64, 127, 128, 191, 255];
        return
        [
            .. Enumerable.Range(0, 512).Select(number =>
            {
                var datagram = new byte[random.Next(1, 1_400)];
                random.NextBytes(datagram);
                datagram[0] = first[number % first.Length];
                return datagram;
            }),
        ];
    }
}
