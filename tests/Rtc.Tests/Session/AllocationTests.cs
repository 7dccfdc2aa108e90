using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Session;
using QuicPair.Rtc.Tests.Ice;
using QuicPair.Rtc.Tests.Simulation;
using QuicPair.Rtc.Wire;
using Xunit;

namespace QuicPair.Rtc.Tests.Session;

public sealed class AllocationTests
{
    private static readonly NetworkPath AtLeft =
        new(IcePair.Address("192.0.2.1"), IcePair.Address("198.51.100.1"));
    private static readonly NetworkPath AtRight = new(AtLeft.Remote, AtLeft.Local);

    private readonly byte[] _datagram = new byte[1500];
    private int _messages;

    [Theory]
    [InlineData(200, 2000)]
    [InlineData(16_384, 200)]
    public void A_steady_flow_of_messages_allocates_nothing(int size, int rounds)
    {
        var pair = SessionPair.Connected(LinkOptions.Clean(TimeSpan.FromMilliseconds(5)));
        var message = new byte[size];
        var now = pair.Now;
        now = Exchange(pair, now, message, rounds);
        var before = GC.GetAllocatedBytesForCurrentThread();
        _ = Exchange(pair, now, message, rounds);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(4 * rounds, _messages);

        // The consent check of a few seconds of virtual time is not the packet path, but it is here too.
        Assert.InRange(allocated, 0, 4096);
    }

    private Instant Exchange(Pair<SessionEndpoint> pair, Instant now, byte[] message, int rounds)
    {
        var (left, right) = (pair.Left.Session, pair.Right.Session);
        var channel = pair.Left.Channels[0];
        for (var round = 0; round < rounds; round++)
        {
            now += TimeSpan.FromMilliseconds(1);
            _ = left.Send(now, channel, message);
            _ = right.Send(now, channel, message);
            while (Pump(left, right, now, AtRight) | Pump(right, left, now, AtLeft))
            {
            }

            if (left.NextTimeout <= now) left.HandleTimeout(now);
            if (right.NextTimeout <= now) right.HandleTimeout(now);
        }

        return now;
    }

    private bool Pump(RtcSession from, RtcSession to, Instant now, NetworkPath arriving)
    {
        var hasMoved = false;
        while (from.TryTransmit(now, _datagram, out var length, out _))
        {
            hasMoved = true;
            to.HandleDatagram(now, arriving, _datagram.AsSpan(0, length));
            while (to.TryTake(out var taken))
            {
                if (taken.Kind == SessionEventKind.Message) _messages++;
            }
        }

        return hasMoved;
    }
}
