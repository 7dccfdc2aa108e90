using QuicPair.Rtc.Channels;
using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Sctp.Association;
using QuicPair.Rtc.Tests.Simulation;
using Xunit;

namespace QuicPair.Rtc.Tests.Sctp;

/// <summary>Whatever arrives, nothing throws, hangs or grows without bound.</summary>
public sealed class HostileBytesTests
{
    [Fact]
    public void Every_truncation_and_bit_flip_of_real_packets_is_survived()
    {
        var packets = Record();
        var pair = ChannelPair.Create(seed: 2);
        pair.Connect();
        foreach (var packet in packets)
        {
            for (var length = 0; length <= packet.Length; length++)
            {
                Feed(pair, packet.AsSpan(0, length), fixes: length >= CommonHeader.Length);
            }

            for (var bit = 0; bit < Math.Min(packet.Length, 200) * 8; bit++)
            {
                var bent = packet.ToArray();
                bent[bit / 8] ^= (byte)(1 << (bit % 8));
                Feed(pair, bent, fixes: true);
            }
        }
    }

    [Fact]
    public void Random_chunks_with_the_right_tag_and_checksum_are_survived()
    {
        for (var seed = 1UL; seed <= 300; seed++)
        {
            var random = new SplitMix(seed);
            var pair = ChannelPair.Create(seed: seed);
            pair.Connect();
            var id = pair.Open();
            pair.Send(pair.Left, id, new byte[5000]);
            pair.Drain();
            for (var count = 0; count < 100; count++)
            {
                Feed(pair, RandomPacket(random, pair.Left), fixes: false);
            }

            Assert.True(Bounded(pair.Left), $"seed {seed}: memory");
        }
    }

    [Fact]
    public void Chunks_that_change_on_the_way_never_stop_an_association_from_ending()
    {
        for (var seed = 1UL; seed <= 50; seed++)
        {
            var random = new SplitMix(seed);
            var pair = ChannelPair.Create(
                LinkOptions.Clean(TimeSpan.FromMilliseconds(5)) with { Loss = 0.02 }, seed);
            pair.Connect();
            var id = pair.Open();
            for (var count = 0; count < 50; count++)
            {
                pair.Send(pair.Left, id, new byte[1 + random.NextBelow(3000)]);
                pair.Left.Channels.HandleDatagram(pair.Now, RandomPacket(random, pair.Left));
                pair.Right.Channels.HandleDatagram(pair.Now, RandomPacket(random, pair.Right));
                pair.RunFor(TimeSpan.FromMilliseconds(10));
            }

            pair.Left.Channels.Abort(pair.Now);
            pair.RunFor(TimeSpan.FromSeconds(1));
            Assert.IsType<AssociationState.Ended>(pair.Left.State);
        }
    }

    private static bool Bounded(ChannelEndpoint endpoint) =>
        endpoint.State.Control is not { } control
        || (control.Reassembly.HeldBytes <= 6 * 1024 * 1024 && control.Reassembly.HeldChunks <= 20_000);

    private static void Feed(Pair<ChannelEndpoint> pair, ReadOnlySpan<byte> bytes, bool fixes)
    {
        var packet = bytes.ToArray();
        if (fixes)
        {
            new CommonHeader(5000, 5000, HandshakeTests.Tag(pair.Left)).Write(packet);
        }

        pair.Left.Channels.HandleDatagram(pair.Now, packet);
        pair.Left.TakeEvents(pair.Now);
        var answer = new byte[1200];
        for (var count = 0; pair.Left.TryTransmit(pair.Now, answer, out _); count++)
        {
            Assert.True(count < 10_000, "answers without end");
        }
    }

    // One to three chunks of a known type with random flags and bodies whose numbers are near the real ones.
    private static byte[] RandomPacket(SplitMix random, ChannelEndpoint target)
    {
        byte[] types = [0, 3, 4, 5, 7, 9, 0x0A, 0x0B, 0x82, 0xC0, 0x82, 0xC0, 0, 3, 0x21, 0x45, 0xD3];
        var near = target.State.Control?.Tracker.Cumulative ?? default;
        var mine = target.State.Control?.Sender.LastAssignedTsn ?? default;
        var chunks = new string[1 + random.NextBelow(3)];
        for (var index = 0; index < chunks.Length; index++)
        {
            var body = new byte[4 * random.NextBelow(12)];
            random.Fill(body);
            if (body.Length >= 4 && random.NextBelow(4) != 0)
            {
                var tsn = (random.NextBelow(2) == 0 ? near : mine) + (random.NextBelow(40) - 20);
                Convert.FromHexString(tsn.Hex()).CopyTo(body, 0);
            }

            for (var word = 4; word + 4 <= body.Length && random.NextBelow(3) != 0; word += 4)
            {
                body.AsSpan(word, 3).Clear();
                body[word + 1] = (byte)random.NextBelow(8);
                body[word + 3] = (byte)random.NextBelow(20);
            }

            var type = types[random.NextBelow(types.Length)];
            var flags = random.NextBelow(16);
            chunks[index] = $"{type:X2}{flags:X2}{body.Length + 4:X4}{Convert.ToHexString(body)}";
        }

        return SctpPacket.Create(HandshakeTests.Tag(target), chunks);
    }

    private static List<byte[]> Record()
    {
        var pair = ChannelPair.Create();
        var packets = new List<byte[]>();
        pair.ToLeft.Drop = pair.ToRight.Drop = packet =>
        {
            packets.Add(packet.ToArray());
            return packets.Count % 7 == 0;
        };
        pair.Connect();
        var id = pair.Open(new ChannelParameters { Label = "llm", RetransmissionsMax = 0 });
        pair.Send(pair.Left, id, new byte[6000]);
        pair.RunFor(TimeSpan.FromSeconds(1));
        pair.Left.Channels.CloseChannel(pair.Now, id);
        pair.RunFor(TimeSpan.FromSeconds(1));
        pair.Left.Channels.Close(pair.Now);
        pair.RunFor(TimeSpan.FromSeconds(1));
        return packets;
    }
}
