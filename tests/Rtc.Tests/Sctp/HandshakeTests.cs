using QuicPair.Rtc.Channels;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Sctp.Association;
using QuicPair.Rtc.Sctp.Chunks;
using QuicPair.Rtc.Tests.Simulation;
using Xunit;

namespace QuicPair.Rtc.Tests.Sctp;

public sealed class HandshakeTests
{
    [Fact]
    public void One_side_connects_to_a_side_that_waits()
    {
        var pair = ChannelPair.Create();
        var start = pair.Now;
        pair.Left.Channels.Connect(pair.Now);
        pair.RunUntil(() => Both(pair), ChannelPair.Soon, "connect");
        Assert.Equal(TimeSpan.FromMilliseconds(100), pair.Now - start);
    }

    [Fact]
    public void Both_sides_connect_at_once()
    {
        var pair = ChannelPair.Create();
        var start = pair.Now;
        pair.Connect();
        Assert.InRange((pair.Now - start).TotalMilliseconds, 50, 100);
        Assert.IsType<AssociationState.Established>(pair.Left.State);
        Assert.IsType<AssociationState.Established>(pair.Right.State);
    }

    [Theory]
    [InlineData((int)ChunkType.Init)]
    [InlineData((int)ChunkType.InitAck)]
    [InlineData((int)ChunkType.CookieEcho)]
    [InlineData((int)ChunkType.CookieAck)]
    public void Each_lost_chunk_of_the_handshake_is_repeated(int type)
    {
        foreach (var both in new[] { false, true })
        {
            var pair = ChannelPair.Create();
            pair.ToRight.Drop = SctpPacket.DropFirst((ChunkType)type, 2);
            pair.ToLeft.Drop = SctpPacket.DropFirst((ChunkType)type, 2);
            pair.Left.Channels.Connect(pair.Now);
            if (both)
            {
                pair.Right.Channels.Connect(pair.Now);
            }

            pair.RunUntil(() => Both(pair), TimeSpan.FromSeconds(5), $"connect without {(ChunkType)type}");
            AssertTalk(pair);
        }
    }

    [Fact]
    public void Init_is_repeated_for_as_long_as_it_takes()
    {
        var pair = ChannelPair.Create();
        pair.ToRight.Drop = _ => true;
        pair.Left.Channels.Connect(pair.Now);
        pair.RunFor(TimeSpan.FromMinutes(10));
        Assert.IsType<AssociationState.CookieWait>(pair.Left.State);
        pair.ToRight.Drop = null;
        pair.RunUntil(() => Both(pair), TimeSpan.FromSeconds(10), "connect");
    }

    [Fact]
    public void Simultaneous_open_survives_heavy_loss()
    {
        for (var seed = 1UL; seed <= 200; seed++)
        {
            var link = new LinkOptions
            {
                Delay = TimeSpan.FromMilliseconds(25),
                Loss = 0.3,
                Duplicate = 0.2,
                Jitter = TimeSpan.FromMilliseconds(30),
            };
            var pair = ChannelPair.Create(link, seed);
            pair.Connect();
            AssertTalk(pair);
        }
    }

    [Fact]
    public void The_first_message_travels_with_the_open_request_and_the_cookie()
    {
        var pair = ChannelPair.Create();
        var start = pair.Now;
        pair.Left.Channels.Connect(pair.Now);
        Assert.True(pair.Left.Channels.TryOpen(pair.Now, new ChannelParameters(), out var id));
        pair.Send(pair.Left, id, "hello"u8);
        var packets = new List<List<ChunkType>>();
        pair.ToRight.Drop = packet =>
        {
            packets.Add(SctpPacket.Types(packet));
            return false;
        };
        pair.RunUntil(() => pair.Right.Messages.Count == 1, ChannelPair.Soon, "message");
        Assert.Equal([ChunkType.CookieEcho, ChunkType.Data, ChunkType.Data], packets[1]);
        Assert.Equal(TimeSpan.FromMilliseconds(75), pair.Now - start);
    }

    [Fact]
    public void A_cookie_with_any_bit_changed_is_dropped()
    {
        var pair = ChannelPair.Create();
        var random = new SplitMix(3);
        pair.Left.Channels.Connect(pair.Now);
        byte[]? echo = null;
        pair.ToRight.Drop = packet =>
        {
            echo = SctpPacket.Has(packet, ChunkType.CookieEcho) ? packet.ToArray() : echo;
            return echo is not null;
        };
        pair.RunFor(TimeSpan.FromMilliseconds(100));
        var right = pair.Right.Channels;
        for (var round = 0; round < 200; round++)
        {
            var bent = echo!.ToArray();
            var offset = ChunkReader.HeaderLength + random.NextBelow(StateCookie.Length);
            bent[CommonHeader.Length + offset] ^= (byte)(1 << random.NextBelow(8));
            new CommonHeader(5000, 5000, Tag(pair.Right)).Write(bent);
            right.HandleDatagram(pair.Now, bent);
            Assert.IsType<AssociationState.Closed>(pair.Right.State);
        }

        Assert.Equal(200, right.Statistics.PacketsDropped);
        right.HandleDatagram(pair.Now, echo);
        Assert.IsType<AssociationState.Established>(pair.Right.State);
    }

    [Fact]
    public void A_restart_is_refused_and_the_association_goes_on()
    {
        var pair = ChannelPair.Create();
        pair.Connect();
        var stranger = new DataChannels(new SctpOptions(), new SplitMix(99), isDtlsClient: true);
        stranger.Connect(pair.Now);
        var init = new byte[1200];
        Assert.True(stranger.TryTransmit(pair.Now, init, out var length));
        pair.Right.Channels.HandleDatagram(pair.Now, init.AsSpan(0, length));
        Assert.False(pair.Right.Channels.TryTransmit(pair.Now, init, out _));
        Assert.Equal(1, pair.Right.Channels.Statistics.RestartsRefused);
        AssertTalk(pair);
    }

    [Fact]
    public void Packets_with_a_wrong_tag_are_dropped()
    {
        var pair = ChannelPair.Create();
        pair.Connect();
        var tag = Tag(pair.Right);
        foreach (var chunk in new[]
        {
            "06000004", "0E000004", "08000004", "0B000004", "07000008 00000000",
            "00030014000004D2000A00000000003531323334", "03000010 00000000 00000000 00000000",
        })
        {
            pair.Right.Channels.HandleDatagram(pair.Now, SctpPacket.Create(tag + 1, chunk));
        }

        Assert.Equal(7, pair.Right.Channels.Statistics.PacketsDropped);
        AssertTalk(pair);
    }

    [Fact]
    public void Init_must_be_alone_and_have_tag_zero()
    {
        const string Init = "01000014 11223344 00500000 FFFF FFFF 0000ABCD";
        var channels = new DataChannels(new SctpOptions(), new SplitMix(1), isDtlsClient: false);
        var now = Instant.Start;
        var packet = new byte[1200];
        channels.HandleDatagram(now, SctpPacket.Create(5, Init));
        channels.HandleDatagram(now, SctpPacket.Create(0, Init, "0B000004"));
        Assert.False(channels.TryTransmit(now, packet, out _));
        channels.HandleDatagram(now, SctpPacket.Create(0, Init));
        Assert.True(channels.TryTransmit(now, packet, out var length));
        Assert.Equal([ChunkType.InitAck], SctpPacket.Types(packet.AsMemory(0, length)));
    }

    [Fact]
    public void An_abort_with_the_reflected_tag_ends_the_association()
    {
        var pair = ChannelPair.Create();
        pair.Connect();
        var tag = pair.Right.State.Control!.Peer.PeerTag;
        pair.Right.Channels.HandleDatagram(pair.Now, SctpPacket.Create(tag, "06010004"));
        Assert.Equal(
            AssociationEnd.PeerAborted, Assert.IsType<AssociationState.Ended>(pair.Right.State).Reason);
    }

    internal static void AssertTalk(Pair<ChannelEndpoint> pair)
    {
        var id = pair.Open();
        pair.Send(pair.Left, id, "ping"u8);
        pair.RunUntil(() => pair.Right.Messages.Exists(m => m.Id == id), ChannelPair.Soon, "ping");
        pair.Send(pair.Right, id, "pong"u8);
        pair.RunUntil(() => pair.Left.Messages.Exists(m => m.Id == id), ChannelPair.Soon, "pong");
    }

    internal static uint Tag(ChannelEndpoint endpoint) => endpoint.Channels.Association.LocalTag;

    private static bool Both(Pair<ChannelEndpoint> pair) =>
        pair.Left.Saw(ChannelEventKind.Connected) && pair.Right.Saw(ChannelEventKind.Connected);
}
