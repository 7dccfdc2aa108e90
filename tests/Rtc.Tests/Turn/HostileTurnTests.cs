using QuicPair.Rtc.Stun;
using QuicPair.Rtc.Tests.Ice;
using QuicPair.Rtc.Turn;
using QuicPair.Rtc.Wire;
using Xunit;

namespace QuicPair.Rtc.Tests.Turn;

public sealed class HostileTurnTests
{
    private static readonly TransportAddress Peer = IcePair.Address("192.0.2.7", 6000);
    private static readonly byte[] Data = [20, 1, 2];

    [Fact]
    public void An_answer_without_integrity_is_dropped()
    {
        var pair = new TurnPair { IsSilent = true };
        pair.Start();
        var before = pair.Client.Counters.Dropped;
        var buffer = new byte[200];
        var writer = new StunMessageWriter(buffer, new(StunClass.SuccessResponse, StunMethod.Allocate, new(1, 1)));
        writer.AddRelayedAddress(ScriptedTurn.RelayedIPv4);

        Assert.False(pair.Client.TryReceive(pair.Now, buffer.AsSpan(0, writer.Complete([])), out _, out _));
        Assert.Equal(before + 1, pair.Client.Counters.Dropped);
        Assert.Equal(TurnState.Allocating, pair.Client.State);
    }

    [Fact]
    public void An_answer_counts_once()
    {
        var pair = TurnPair.Allocated();
        var before = pair.Client.Counters.Dropped;
        for (var count = 0; count < 5; count++) pair.Client.TryReceive(pair.Now, pair.LastAnswer, out _, out _);

        Assert.Equal(before + 5, pair.Client.Counters.Dropped);
    }

    [Theory]
    [InlineData("0.0.0.0", 50_000)]
    [InlineData("224.0.0.1", 50_000)]
    [InlineData("198.51.100.9", 0)]
    public void Data_from_a_sender_that_cannot_be_is_dropped(string address, int port)
    {
        var pair = TurnPair.Allocated();
        var indication = ScriptedTurn.Indicate(IcePair.Address(address, port), Data);

        Assert.False(pair.Client.TryReceive(pair.Now, indication, out _, out _));
        Assert.Equal(1, pair.Client.Counters.Dropped);
    }

    [Fact]
    public void Cut_and_changed_messages_are_dropped_without_an_exception()
    {
        var pair = TurnPair.Allocated();
        pair.Send(Peer, Data);
        byte[][] messages = [ScriptedTurn.Indicate(Peer, Data), pair.LastAnswer, [0x40, 0x00, 0x00, 0x03, .. Data]];
        var random = new Random(11);
        foreach (var message in messages)
        {
            for (var length = 0; length < message.Length; length++)
            {
                Assert.False(pair.Client.TryReceive(pair.Now, message.AsSpan(0, length), out _, out _));
            }

            for (var count = 0; count < 2_000; count++)
            {
                var changed = (byte[])message.Clone();
                changed[random.Next(changed.Length)] = (byte)random.Next(256);
                pair.Client.TryReceive(pair.Now, changed, out _, out _);
            }
        }

        Assert.Equal(TurnState.Allocated, pair.Client.State);
        Assert.True(pair.Client.TryReceive(pair.Now, messages[0], out _, out _));
    }

    [Theory]
    [InlineData(0x40, 0x01)]
    [InlineData(0x4F, 0xFF)]
    public void A_channel_that_was_never_bound_carries_nothing(byte first, byte second)
    {
        var pair = TurnPair.Allocated();
        byte[] message = [first, second, 0, 3, .. Data];

        Assert.False(pair.Client.TryReceive(pair.Now, message, out _, out _));
    }

    [Fact]
    public void Nobody_is_heard_to_whom_nothing_was_sent()
    {
        var pair = TurnPair.Allocated();
        Assert.False(pair.Client.TryReceive(pair.Now, ScriptedTurn.Indicate(Peer, Data), out _, out _));
        pair.Send(Peer, Data);

        // RFC 8656, 9: a permission is for an address, whatever the port.
        var otherPort = ScriptedTurn.Indicate(Peer.WithPort(7), Data);
        Assert.True(pair.Client.TryReceive(pair.Now, otherPort, out _, out _));
        var otherHost = ScriptedTurn.Indicate(IcePair.Address("192.0.2.8", 6000), Data);
        Assert.False(pair.Client.TryReceive(pair.Now, otherHost, out _, out _));
    }

    [Fact]
    public void Many_dead_peers_do_not_keep_the_allocation_from_being_refreshed()
    {
        var pair = TurnPair.Allocated();
        pair.RunFor(TimeSpan.FromMinutes(7.9));
        pair.IsSilent = true;
        for (var port = 1; port <= 100; port++) pair.Send(IcePair.Address("192.0.2.99", port), Data);
        pair.RunFor(TimeSpan.FromSeconds(20));
        pair.IsSilent = false;
        pair.RunFor(TimeSpan.FromMinutes(10));

        Assert.Equal(TurnState.Allocated, pair.Client.State);
    }

    [Fact]
    public void Nothing_is_taken_before_there_is_an_allocation()
    {
        var pair = new TurnPair { IsSilent = true };
        pair.Start();

        Assert.False(pair.Client.TryReceive(pair.Now, ScriptedTurn.Indicate(Peer, Data), out _, out _));
    }

    [Fact]
    public void Relaying_allocates_nothing_per_packet()
    {
        var pair = TurnPair.Allocated();
        pair.Send(Peer, Data);
        var (payload, wrapped) = (new byte[1_200], new byte[2_000]);
        payload[0] = 23;
        byte[] incoming = [0x40, 0x00, 0x04, 0xB0, .. payload];
        var indication = ScriptedTurn.Indicate(Peer, payload);
        Relay(200);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Relay(2_000);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Relay(int packets)
        {
            for (var count = 0; count < packets; count++)
            {
                var length = pair.Client.Wrap(pair.Now, Peer, payload, wrapped);
                var isChannel = pair.Client.TryReceive(pair.Now, incoming, out _, out _);
                var isData = pair.Client.TryReceive(pair.Now, indication, out _, out _);
                if (length == 0 || !isChannel || !isData) throw new InvalidOperationException("not relayed");
            }
        }
    }
}
