using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Sctp.Chunks;
using QuicPair.Rtc.Tests.Simulation;
using Xunit;

namespace QuicPair.Rtc.Tests.Sctp;

/// <summary>How losses are noticed and repaired; the round trip is 50 ms.</summary>
public sealed class LossRecoveryTests
{
    [Fact]
    public void A_lost_chunk_in_the_middle_is_repaired_within_two_round_trips()
    {
        var (pair, id) = Warm();
        pair.ToRight.Drop = SctpPacket.DropFirst(ChunkType.Data);
        var start = pair.Now;
        for (var index = 0; index < 6; index++)
        {
            pair.Send(pair.Left, id, new byte[1000]);
        }

        Arrive(pair, 6);
        Assert.InRange((pair.Now - start).TotalMilliseconds, 75, 100);
        Assert.Equal(0, pair.Left.Channels.Statistics.Timeouts);
        Assert.Equal(1, pair.Left.Channels.Statistics.Retransmissions);
    }

    [Fact]
    public void A_lost_last_chunk_is_repaired_by_a_probe_and_not_by_a_timeout()
    {
        var (pair, id) = Warm();
        pair.ToRight.Drop = SctpPacket.DropFirst(ChunkType.Data);
        var start = pair.Now;
        pair.Send(pair.Left, id, [1]);
        Arrive(pair, 1);
        Assert.InRange((pair.Now - start).TotalMilliseconds, 85, 130);
        Assert.Equal(1, pair.Left.Channels.Statistics.TailProbes);
        Assert.Equal(0, pair.Left.Channels.Statistics.Timeouts);
    }

    [Fact]
    public void A_retransmission_that_is_lost_too_is_noticed_by_time()
    {
        var (pair, id) = Warm();
        var first = true;
        Tsn? victim = null;
        var drops = 0;
        pair.ToRight.Drop = packet =>
        {
            var tsn = FirstTsn(packet);
            victim = first ? tsn : victim;
            first &= tsn is null;
            return tsn is not null && tsn == victim && drops++ < 3;
        };
        for (var index = 0; index < 100; index++)
        {
            pair.Send(pair.Left, id, new byte[1000]);
        }

        Arrive(pair, 100);
        Assert.Equal(0, pair.Left.Channels.Statistics.Timeouts);
    }

    [Fact]
    public void Everything_lost_for_a_while_comes_back_by_the_timeout()
    {
        var (pair, id) = Warm();
        pair.ToRight.Drop = _ => true;
        pair.Send(pair.Left, id, new byte[20_000]);
        pair.RunFor(TimeSpan.FromSeconds(30));
        Assert.Empty(pair.Right.Messages);
        pair.ToRight.Drop = null;
        var start = pair.Now;
        Arrive(pair, 1);
        Assert.InRange((pair.Now - start).TotalSeconds, 0, 5);
        Assert.InRange(pair.Left.Channels.Statistics.Timeouts, 5, 20);
    }

    [Fact]
    public void A_thin_stream_is_back_after_two_seconds_of_silence_as_soon_as_the_timeout_allows()
    {
        var (pair, id) = Warm();
        Silence(pair, TimeSpan.FromSeconds(2));
        var delays = Tokens(pair, id, 150);
        Tell($"token max {delays[^1]:F0} ms");

        // The timeouts are those of a window's worth of data: after 0.25, 0.75 and 1.75 s in vain, then after 3.75 s.
        Assert.InRange(delays[^1], 2000, 4000);
        Assert.InRange(pair.Left.Channels.Statistics.Timeouts, 3, 5);
    }

    [Fact]
    public void A_thin_stream_is_back_at_once_after_a_silence_of_little_more_than_a_timeout()
    {
        var (pair, id) = Warm();
        _ = Tokens(pair, id, 50);
        Silence(pair, TimeSpan.FromMilliseconds(400));
        var delays = Tokens(pair, id, 100);
        Tell($"token max {delays[^1]:F0} ms");
        Assert.InRange(delays[^1], 400, 500);
        Assert.Equal(1, pair.Left.Channels.Statistics.Timeouts);
    }

    [Fact]
    public void A_thin_stream_goes_on_while_only_acknowledgements_are_missing()
    {
        var (pair, id) = Warm();
        _ = Tokens(pair, id, 50);
        pair.ToLeft.Drop = _ => true;
        var during = Tokens(pair, id, 25);
        pair.ToLeft.Drop = null;
        var after = Tokens(pair, id, 50);
        Assert.InRange(during[^1], 25, 26);
        Assert.InRange(after[^1], 25, 26);
        Assert.Equal(1, pair.Left.Channels.Statistics.Timeouts);
    }

    [Fact]
    public void A_path_that_stalls_for_a_while_does_not_cost_the_window()
    {
        var (pair, id) = Warm();
        for (var index = 0; index < 200; index++)
        {
            pair.Send(pair.Left, id, new byte[5000]);
        }

        pair.RunFor(TimeSpan.FromMilliseconds(200));
        var before = pair.Left.Channels.Statistics.CongestionWindow;
        pair.ToRight.Options = LinkOptions.Clean(TimeSpan.FromMilliseconds(600));
        pair.RunFor(TimeSpan.FromMilliseconds(300));
        pair.ToRight.Options = LinkOptions.Clean(TimeSpan.FromMilliseconds(25));
        Arrive(pair, 200);
        Assert.InRange(pair.Left.Channels.Statistics.CongestionWindow, before * 9 / 10, long.MaxValue);
    }

    [Fact]
    public void A_probe_for_a_tail_that_was_merely_late_does_not_cost_the_window()
    {
        var (pair, id) = Warm();
        var before = pair.Left.Channels.Statistics.CongestionWindow;
        pair.ToRight.Options = LinkOptions.Clean(TimeSpan.FromMilliseconds(110));
        pair.Send(pair.Left, id, [1]);
        pair.RunFor(TimeSpan.FromMilliseconds(500));
        for (var count = 0; count < 5; count++)
        {
            pair.Send(pair.Left, id, [1]);
            pair.RunFor(TimeSpan.FromMilliseconds(500));
        }

        Assert.InRange(pair.Left.Channels.Statistics.TailProbes, 1, 20);
        Assert.Equal(before, pair.Left.Channels.Statistics.CongestionWindow);
    }

    [Fact]
    public void A_needless_probe_after_a_loss_that_was_one_does_not_give_the_window_back()
    {
        var (pair, id) = Warm();
        var before = pair.Left.Channels.Statistics.CongestionWindow;
        pair.ToRight.Drop = SctpPacket.DropFirst(ChunkType.Data);
        for (var index = 0; index < 6; index++)
        {
            pair.Send(pair.Left, id, new byte[1000]);
        }

        Arrive(pair, 6);
        pair.RunFor(TimeSpan.FromMilliseconds(50));
        var cut = pair.Left.Channels.Statistics.CongestionWindow;
        Assert.InRange(cut, 1, before - 1);
        // The probe goes out after some 90 ms, and the acknowledgement of the original comes too soon to be its own.
        pair.ToRight.Options = LinkOptions.Clean(TimeSpan.FromMilliseconds(90));
        pair.Send(pair.Left, id, [1]);
        pair.RunFor(TimeSpan.FromMilliseconds(500));
        Assert.InRange(pair.Left.Channels.Statistics.TailProbes, 1, 20);
        Assert.Equal(cut, pair.Left.Channels.Statistics.CongestionWindow);
    }

    [Fact]
    public void Reordering_costs_no_more_than_a_few_needless_retransmissions()
    {
        var link = LinkOptions.Clean(TimeSpan.FromMilliseconds(25)) with
        {
            Jitter = TimeSpan.FromMilliseconds(20),
        };
        var (pair, id) = Warm(link);
        for (var index = 0; index < 500; index++)
        {
            pair.Send(pair.Left, id, new byte[1000]);
        }

        Arrive(pair, 500);
        Assert.InRange(pair.Left.Channels.Statistics.Retransmissions, 0, 25);
    }

    [Fact]
    public void A_single_message_is_acknowledged_without_delay()
    {
        var (pair, id) = Warm();
        pair.RunFor(TimeSpan.FromMilliseconds(500));
        var start = pair.Now;
        var acknowledged = false;
        pair.ToLeft.Drop = packet =>
        {
            acknowledged |= SctpPacket.Has(packet, ChunkType.Sack);
            return false;
        };
        pair.Send(pair.Left, id, [1]);
        pair.RunUntil(() => acknowledged, ChannelPair.Soon, "acknowledgement");
        Assert.Equal(25, (pair.Now - start).TotalMilliseconds, 0.1);
    }

    [Fact]
    public void Tokens_over_two_percent_loss_arrive_with_the_next_one_at_the_latest()
    {
        var link = LinkOptions.Clean(TimeSpan.FromMilliseconds(25)) with { Loss = 0.02 };
        var (pair, id) = Warm(link, seed: 11);
        var delays = Tokens(pair, id, 3000);
        Tell($"token p99 {delays[^30]:F0} ms, max {delays[^1]:F0} ms");
        Assert.InRange(delays[^30], 25, 60);
        Assert.InRange(delays[^1], 25, 120);
        Assert.Equal(0, pair.Left.Channels.Statistics.Timeouts);
    }

    [Fact]
    public void Tokens_that_overtake_each_other_wait_for_nothing_but_the_one_before_them()
    {
        var link = LinkOptions.Clean(TimeSpan.FromMilliseconds(10)) with
        {
            Jitter = TimeSpan.FromMilliseconds(30),
        };
        for (ulong seed = 1; seed <= 20; seed++)
        {
            var (pair, id) = Warm(link, seed);
            var delays = Tokens(pair, id, 500);
            Assert.InRange(delays[^1], 10, 41);
            Assert.Equal(0, pair.Left.Channels.Statistics.Timeouts);
        }
    }

    [Fact]
    public void An_echo_over_two_percent_loss_costs_a_probe_at_most()
    {
        var link = LinkOptions.Clean(TimeSpan.FromMilliseconds(25)) with { Loss = 0.02 };
        var (pair, id) = Warm(link, seed: 12);
        var echoes = new List<double>();
        pair.Right.OnEvent = (now, happened) =>
            pair.Right.Channels.Send(now, id, happened.Payload.Span) == SendOutcome.Accepted;
        for (var index = 0; index < 1000; index++)
        {
            var start = pair.Now;
            pair.Left.Messages.Clear();
            pair.Send(pair.Left, id, new byte[1024]);
            pair.RunUntil(() => pair.Left.Messages.Count == 1, ChannelPair.Soon, "echo");
            echoes.Add((pair.Now - start).TotalMilliseconds);
        }

        echoes.Sort();
        Tell($"echo p99 {echoes[^11]:F0} ms, max {echoes[^1]:F0} ms");
        Assert.InRange(echoes[^11], 50, 160);
    }

    [Fact]
    public void A_bottleneck_is_filled_and_shared_without_collapse()
    {
        var link = LinkOptions.Clean(TimeSpan.FromMilliseconds(25)) with
        {
            BytesPerSecond = 1_250_000,
            QueueBytes = 64 * 1024,
        };
        var (pair, id) = Warm(link);
        var start = pair.Now;
        for (var index = 0; index < 300; index++)
        {
            pair.Send(pair.Left, id, new byte[16_000]);
        }

        Arrive(pair, 300);
        var rate = 300 * 16_000 / (pair.Now - start).TotalSeconds;
        Assert.InRange(rate, 0.75 * 1_250_000, 1_250_000);
    }

    private static (Pair<ChannelEndpoint> Pair, StreamId Id) Warm(LinkOptions? link = null, ulong seed = 1)
    {
        var pair = ChannelPair.Create(link, seed);
        pair.Connect();
        var id = pair.Open();
        pair.RunFor(TimeSpan.FromSeconds(1));
        return (pair, id);
    }

    /// <summary>Has nothing arrive at either end for <paramref name="duration"/>.</summary>
    private static void Silence(Pair<ChannelEndpoint> pair, TimeSpan duration)
    {
        var end = pair.Now + duration;
        pair.ToLeft.Drop = pair.ToRight.Drop = _ => pair.Now < end;
    }

    /// <summary>Sends one each 20 ms; how many milliseconds each took, sorted.</summary>
    private static List<double> Tokens(Pair<ChannelEndpoint> pair, StreamId id, int count)
    {
        var sentAt = new List<Instant>();
        var delays = new List<double>();
        pair.Right.OnEvent = (now, _) =>
        {
            delays.Add((now - sentAt[delays.Count]).TotalMilliseconds);
            return true;
        };
        for (var index = 0; index < count; index++)
        {
            sentAt.Add(pair.Now);
            pair.Send(pair.Left, id, new byte[200]);
            pair.RunFor(TimeSpan.FromMilliseconds(20));
        }

        pair.RunUntil(() => delays.Count == count, ChannelPair.Soon, "tokens");
        delays.Sort();
        return delays;
    }

    private static void Tell(string measured) =>
        TestContext.Current.TestOutputHelper?.WriteLine(measured);

    private static void Arrive(Pair<ChannelEndpoint> pair, int count) => pair.RunUntil(
        () => pair.Right.Messages.Count == count, TimeSpan.FromMinutes(1), $"{count} messages");

    private static Tsn? FirstTsn(ReadOnlyMemory<byte> packet)
    {
        var reader = new ChunkReader(packet.Span[CommonHeader.Length..]);
        while (reader.TryRead(out var type, out var chunk))
        {
            if (type == ChunkType.Data && DataChunk.TryParse(chunk, out var data))
            {
                return data.Tsn;
            }
        }

        return null;
    }
}
