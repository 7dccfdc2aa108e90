using System.Buffers.Binary;
using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Session;
using QuicPair.Rtc.Tests.Ice;
using QuicPair.Rtc.Tests.Session;
using QuicPair.Rtc.Tests.Simulation;
using QuicPair.Rtc.Wire;
using Xunit;

namespace QuicPair.Rtc.Tests.Hostile;

/// <summary>A peer that owns the keys and sends nonsense, and a stranger who owns none.</summary>
public sealed class HostilePeerTests
{
    private static readonly LinkOptions Link = LinkOptions.Clean(TimeSpan.FromMilliseconds(5));

    [Fact]
    public void Broken_packets_with_right_checksums_never_throw()
    {
        for (var seed = 1ul; seed <= 60; seed++)
        {
            var pair = ChannelPair.Create(Link, seed);
            pair.Connect();
            var id = pair.Open();
            var random = new SplitMix(seed);
            for (var round = 0; round < 20; round++)
            {
                _ = pair.Send(pair.Left, id, new byte[random.NextBelow(3000)]);
                if (round == 10) pair.Left.Channels.CloseChannel(pair.Now, id);
                SendBroken(pair, random);
                pair.RunFor(TimeSpan.FromMilliseconds(50));
            }
        }
    }

    [Fact]
    public void Noise_from_a_stranger_changes_nothing()
    {
        var pair = SessionPair.Connected(Link);
        var random = new SplitMix(3);
        var stranger = new NetworkPath(IcePair.Address("198.51.100.1"), IcePair.Address("203.0.113.66"));
        var bytes = new byte[400];
        for (var count = 0; count < 20_000; count++)
        {
            random.Fill(bytes);
            bytes[0] = (byte)random.NextBelow(70);
            var noise = bytes.AsSpan(0, random.NextBelow(bytes.Length));
            pair.Right.Session.HandleDatagram(pair.Now, stranger, noise);
        }

        AssertStillWorks(pair);
        Assert.InRange(pair.Right.Session.DroppedDatagrams, 19_000, 20_000);
    }

    [Fact]
    public void Noise_from_the_address_of_the_peer_changes_nothing()
    {
        var pair = SessionPair.Connected(Link);
        var random = new SplitMix(4);
        var bytes = new byte[400];
        for (var count = 0; count < 20_000; count++)
        {
            random.Fill(bytes);
            bytes[0] = (byte)random.NextBelow(70);
            if (count % 2 == 0) (bytes[1], bytes[2], bytes[11]) = (0xFE, 0xFD, 0);
            pair.Right.HandleDatagram(pair.Now, bytes.AsSpan(0, random.NextBelow(bytes.Length)));
        }

        AssertStillWorks(pair);
    }

    [Fact]
    public void Noise_during_the_handshake_delays_it_at_most()
    {
        for (var seed = 1ul; seed <= 50; seed++)
        {
            var pair = SessionPair.Create(Link, seed);
            var random = new SplitMix(seed);
            var bytes = new byte[200];
            for (var step = 0; step < 40; step++)
            {
                random.Fill(bytes);
                bytes[0] = (byte)random.NextBelow(20);
                pair.Left.HandleDatagram(pair.Now, bytes);
                pair.Right.HandleDatagram(pair.Now, bytes);
                pair.RunFor(TimeSpan.FromMilliseconds(1));
            }

            pair.RunUntil(() => pair.Right.Channels.Count == 1, SessionPair.Soon, "connect");
        }
    }

    private static void SendBroken(Pair<ChannelEndpoint> pair, SplitMix random)
    {
        var packet = new byte[2048];
        while (pair.Left.TryTransmit(pair.Now, packet, out var length))
        {
            var bytes = packet[..length];
            for (var change = random.NextBelow(4); change >= 0; change--)
            {
                var at = CommonHeader.Length + random.NextBelow(length - CommonHeader.Length);
                bytes[at] = (byte)random.Next();
            }

            var tag = BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(4));
            new CommonHeader(5000, 5000, tag).Write(bytes);
            pair.Right.HandleDatagram(pair.Now, bytes);
            pair.Right.TakeEvents(pair.Now);
        }
    }

    private static void AssertStillWorks(Pair<SessionEndpoint> pair)
    {
        Assert.Equal(SessionState.Connected, pair.Right.Session.State);
        _ = pair.Left.Session.Send(pair.Now, pair.Left.Channels[0], "still here"u8);
        pair.RunUntil(() => pair.Right.Messages.Count == 1, SessionPair.Soon, "message");
    }
}
