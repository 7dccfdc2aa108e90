using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp.Chunks;
using QuicPair.Rtc.Tests.Simulation;
using Xunit;

namespace QuicPair.Rtc.Tests.Bottleneck;

/// <summary>How a window is spread over its round trip of 50 ms.</summary>
public sealed class PacerTests
{
    [Fact]
    public void A_full_window_goes_out_over_its_round_trip_and_not_at_once()
    {
        var link = LinkOptions.Clean(TimeSpan.FromMilliseconds(25)) with { BytesPerSecond = 5_000_000 };
        var pair = ChannelPair.Create(link);
        pair.Connect();
        var id = pair.Open();
        pair.RunFor(TimeSpan.FromSeconds(1));
        var sent = new List<Instant>();
        pair.ToRight.Drop = packet =>
        {
            if (SctpPacket.Has(packet, ChunkType.Data)) sent.Add(pair.Now);
            return false;
        };
        for (var count = 0; count < 30; count++) pair.Send(pair.Left, id, new byte[16 * 1024]);
        pair.RunFor(TimeSpan.FromMilliseconds(400));

        // What an idle sender has saved up goes at once; after that no burst is longer than a few packets.
        var bursts = sent.GroupBy(at => at).Select(burst => burst.Count()).ToList();
        Assert.InRange(bursts[0], 2, 11);
        Assert.InRange(bursts.Skip(1).Max(), 1, 8);
        Assert.InRange(sent.Count, 150, 600);
    }

    [Fact]
    public void A_thin_stream_is_never_held_back()
    {
        var pair = ChannelPair.Create();
        pair.Connect();
        var id = pair.Open();
        pair.RunFor(TimeSpan.FromSeconds(1));
        for (var count = 0; count < 100; count++)
        {
            var start = pair.Now;
            pair.Send(pair.Left, id, new byte[200]);
            pair.RunUntil(() => pair.Right.Messages.Count == count + 1, ChannelPair.Soon, "token");
            Assert.Equal(25, (pair.Now - start).TotalMilliseconds, 0.1);
        }
    }
}
