using QuicPair.Rtc.Channels;
using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Sctp.Chunks;
using QuicPair.Rtc.Tests.Simulation;
using Xunit;

namespace QuicPair.Rtc.Tests.Channels;

public sealed class DataChannelsTests
{
    [Fact]
    public void A_channel_opens_on_the_other_side_with_its_parameters()
    {
        var pair = Connected();
        var parameters = new ChannelParameters { Label = "llm", Protocol = "x", Ordered = false };
        var id = pair.Open(parameters);
        var opened = Assert.Single(pair.Right.Events, e => e.Kind == ChannelEventKind.Opened);
        Assert.True(opened.IsRemote);
        Assert.Equal(parameters, opened.Parameters);
        Assert.Equal(id, opened.Id);
        Assert.Contains(pair.Left.Events, e => e.Kind == ChannelEventKind.Opened && !e.IsRemote);
    }

    [Fact]
    public void The_dtls_client_takes_even_ids_and_the_server_odd_ones()
    {
        var pair = Connected();
        foreach (var (end, expected) in new[] { (pair.Left, new[] { 0, 2, 4 }), (pair.Right, [1, 3, 5]) })
        {
            foreach (var id in expected)
            {
                Assert.True(end.Channels.TryOpen(pair.Now, new ChannelParameters(), out var chosen));
                Assert.Equal(id, chosen.Value);
            }
        }
    }

    [Fact]
    public void Messages_keep_their_kind_even_when_they_are_empty()
    {
        var pair = Connected();
        var id = pair.Open();
        var left = pair.Left.Channels;
        left.Send(pair.Now, id, "text"u8, text: true);
        left.Send(pair.Now, id, [1, 2]);
        left.Send(pair.Now, id, [], text: true);
        left.Send(pair.Now, id, []);
        pair.RunUntil(() => pair.Right.Messages.Count == 4, ChannelPair.Soon, "messages");
        Assert.Equal(
            [(4, true), (2, false), (0, true), (0, false)],
            pair.Right.Messages.ConvertAll(message => (message.Payload.Length, message.IsText)));
    }

    [Fact]
    public void A_message_of_256_kib_arrives_and_a_longer_one_is_refused()
    {
        var pair = Connected();
        var id = pair.Open();
        var message = new byte[256 * 1024];
        new SplitMix(5).Fill(message);
        Assert.Equal(SendOutcome.Accepted, pair.Send(pair.Left, id, message));
        Assert.Equal(SendOutcome.TooLarge, pair.Send(pair.Left, id, new byte[message.Length + 1]));
        pair.RunUntil(() => pair.Right.Messages.Count == 1, ChannelPair.Soon, "message");
        Assert.Equal(message, pair.Right.Messages[0].Payload);
    }

    [Fact]
    public void The_buffered_amount_counts_what_was_not_sent()
    {
        var pair = Connected();
        var id = pair.Open();
        pair.Send(pair.Left, id, new byte[100_000]);
        Assert.Equal(100_000, pair.Left.Channels.BufferedAmount(id));
        pair.Drain();
        Assert.InRange(pair.Left.Channels.BufferedAmount(id), 50_000, 99_999);
        pair.RunUntil(() => pair.Right.Messages.Count == 1, ChannelPair.Soon, "message");
        Assert.Equal(0, pair.Left.Channels.BufferedAmount(id));
    }

    [Fact]
    public void Closing_delivers_everything_and_closes_both_sides()
    {
        var pair = Connected();
        var id = pair.Open();
        for (var index = 0; index < 20; index++)
        {
            pair.Send(pair.Left, id, new byte[20_000]);
        }

        pair.Left.Channels.CloseChannel(pair.Now, id);
        Assert.Equal(SendOutcome.Closed, pair.Send(pair.Left, id, [1]));
        AwaitClosed(pair, id);
        Assert.Equal(20, pair.Right.Messages.Count);
        Assert.Contains(pair.Right.Events, e => e.Kind == ChannelEventKind.Closing);
        Assert.DoesNotContain(pair.Left.Events, e => e.Kind == ChannelEventKind.Closing);
    }

    [Fact]
    public void A_closed_id_is_used_again_with_fresh_sequence_numbers()
    {
        var pair = Connected();
        for (var round = 0; round < 5; round++)
        {
            var id = pair.Open();
            Assert.Equal(0, id.Value);
            pair.Send(pair.Left, id, [1]);
            pair.Send(pair.Left, id, [2]);
            pair.RunUntil(() => pair.Right.Messages.Count == 2, ChannelPair.Soon, "messages");
            pair.Left.Channels.CloseChannel(pair.Now, id);
            AwaitClosed(pair, id);
            foreach (var end in new[] { pair.Left, pair.Right })
            {
                end.Events.Clear();
                end.Messages.Clear();
            }
        }
    }

    [Fact]
    public void An_id_is_not_used_again_before_its_reset_is_acknowledged()
    {
        var pair = Connected();
        var id = pair.Open();
        pair.ToLeft.Drop = _ => true;
        pair.Left.Channels.CloseChannel(pair.Now, id);
        pair.RunFor(TimeSpan.FromSeconds(3));
        Assert.True(pair.Left.Channels.TryOpen(pair.Now, new ChannelParameters(), out var other));
        Assert.NotEqual(id, other);
    }

    [Fact]
    public void An_id_is_used_again_even_if_the_answer_to_our_reset_was_lost()
    {
        var pair = Connected();
        var id = pair.Open();
        pair.Left.Channels.CloseChannel(pair.Now, id);

        // The right's reset arrives, and every answer of the left to it is lost from then on.
        var answers = 0;
        pair.ToRight.Drop = packet => SctpPacket.Has(packet, ChunkType.Reconfig) && answers++ > 0;
        pair.RunUntil(
            () => pair.Left.Saw(ChannelEventKind.Closed), ChannelPair.Soon, "closed");
        Assert.DoesNotContain(pair.Right.Events, e => e.Kind == ChannelEventKind.Closed);
        Assert.True(pair.Left.Channels.TryOpen(pair.Now, new ChannelParameters(), out var again));
        Assert.Equal(id, again);
        pair.Send(pair.Left, again, "ping"u8);
        pair.RunUntil(() => pair.Right.Messages.Count == 1, ChannelPair.Soon, "message");
        pair.Send(pair.Right, again, "pong"u8);
        pair.ToRight.Drop = null;
        pair.RunUntil(() => pair.Left.Messages.Count == 1, ChannelPair.Soon, "answer");
        Assert.Single(pair.Right.Events, e => e.Kind == ChannelEventKind.Closed);
        pair.RunFor(TimeSpan.FromSeconds(5));
        pair.Send(pair.Right, again, "more"u8);
        pair.RunUntil(() => pair.Left.Messages.Count == 2, ChannelPair.Soon, "more");
    }

    [Fact]
    public void Both_sides_may_close_at_once()
    {
        var pair = Connected();
        var id = pair.Open();
        pair.Left.Channels.CloseChannel(pair.Now, id);
        pair.Right.Channels.CloseChannel(pair.Now, id);
        AwaitClosed(pair, id);
    }

    [Fact]
    public void Lost_resets_and_answers_are_repeated()
    {
        foreach (var count in new[] { 1, 2, 3 })
        {
            var pair = Connected();
            var id = pair.Open();
            pair.ToRight.Drop = SctpPacket.DropFirst(ChunkType.Reconfig, count);
            pair.ToLeft.Drop = SctpPacket.DropFirst(ChunkType.Reconfig, count);
            pair.Left.Channels.CloseChannel(pair.Now, id);
            AwaitClosed(pair, id);
        }
    }

    [Fact]
    public void Channels_that_come_and_go_over_a_bad_path_all_close()
    {
        for (var seed = 1UL; seed <= 60; seed++)
        {
            var link = LinkOptions.Clean(TimeSpan.FromMilliseconds(20)) with
            {
                Loss = 0.1,
                Duplicate = 0.05,
                Jitter = TimeSpan.FromMilliseconds(20),
            };
            var pair = ChannelPair.Create(link, seed);
            pair.Connect();
            for (var round = 0; round < 5; round++)
            {
                var ids = Enumerable.Range(0, 3).Select(_ => pair.Open()).ToArray();
                foreach (var id in ids)
                {
                    pair.Send(pair.Left, id, new byte[3000]);
                    pair.Send(pair.Right, id, new byte[3000]);
                    (round % 2 == 0 ? pair.Left : pair.Right).Channels.CloseChannel(pair.Now, id);
                }

                foreach (var id in ids)
                {
                    AwaitClosed(pair, id);
                }

                Assert.True(pair.Right.Messages.Count == 3 || round % 2 == 1, $"seed {seed}: messages");
                pair.Left.Events.Clear();
                pair.Right.Events.Clear();
                pair.Right.Messages.Clear();
            }
        }
    }

    [Fact]
    public void A_reset_that_overtakes_data_waits_for_it()
    {
        var pair = Connected();
        var id = pair.Open();
        pair.RunFor(TimeSpan.FromSeconds(1));
        var control = pair.Right.State.Control!;
        var expected = control.StreamReset.ExpectedRequest;
        var next = control.Tracker.Cumulative.Next;
        var tag = pair.Right.Channels.Association.LocalTag;
        pair.Right.Channels.HandleDatagram(pair.Now, SctpPacket.Create(
            tag, $"82000016 000D0012 {expected.Hex()} 00000000 {next.Hex()} {id.Value:X4} 0000"));
        pair.Right.TakeEvents(pair.Now);
        Assert.DoesNotContain(pair.Right.Events, e => e.Kind == ChannelEventKind.Closing);
        pair.Right.Channels.HandleDatagram(pair.Now, SctpPacket.Create(
            tag, $"00030011 {next.Hex()} {id.Value:X4} 0001 00000035 2A 000000"));
        pair.Right.TakeEvents(pair.Now);
        Assert.Equal([0x2A], Assert.Single(pair.Right.Messages).Payload);
        Assert.Contains(pair.Right.Events, e => e.Kind == ChannelEventKind.Closing);
    }

    [Fact]
    public void Data_that_overtakes_its_open_request_is_kept_for_it()
    {
        var pair = Connected();
        var next = pair.Right.State.Control!.Tracker.Cumulative.Next;
        var tag = pair.Right.Channels.Association.LocalTag;
        pair.Right.Channels.HandleDatagram(pair.Now, SctpPacket.Create(
            tag, $"00070011 {(next + 1).Hex()} 0004 0000 00000035 2A 000000"));
        pair.Right.TakeEvents(pair.Now);
        Assert.Empty(pair.Right.Messages);
        pair.Right.Channels.HandleDatagram(pair.Now, SctpPacket.Create(
            tag, $"0003001C {next.Hex()} 0004 0000 00000032 030000000000000000000000"));
        pair.Right.TakeEvents(pair.Now);
        Assert.Contains(pair.Right.Events, e => e.Kind == ChannelEventKind.Opened && e.Id.Value == 4);
        Assert.Equal([0x2A], Assert.Single(pair.Right.Messages).Payload);
    }

    [Fact]
    public void A_negotiated_channel_needs_no_request()
    {
        var pair = Connected();
        var parameters = new ChannelParameters { NegotiatedId = new StreamId(7) };
        Assert.True(pair.Left.Channels.TryOpen(pair.Now, parameters, out var id));
        Assert.True(pair.Right.Channels.TryOpen(pair.Now, parameters, out _));
        Assert.False(pair.Left.Channels.TryOpen(pair.Now, parameters, out _));
        pair.Send(pair.Left, id, [1]);
        pair.RunUntil(() => pair.Right.Messages.Count == 1, ChannelPair.Soon, "message");
        pair.Right.Channels.CloseChannel(pair.Now, id);
        AwaitClosed(pair, id);
    }

    [Fact]
    public void Closing_before_the_association_is_up_closes_when_it_is()
    {
        var pair = ChannelPair.Create();
        Assert.True(pair.Left.Channels.TryOpen(pair.Now, new ChannelParameters(), out var id));
        pair.Left.Channels.CloseChannel(pair.Now, id);
        pair.Connect();
        AwaitClosed(pair, id);
    }

    [Fact]
    public void An_idle_association_is_quiet_but_for_heartbeats()
    {
        var pair = Connected();
        pair.Open();
        pair.RunFor(TimeSpan.FromSeconds(5));
        var before = pair.ToLeft.PacketsSent + pair.ToRight.PacketsSent;
        pair.RunFor(TimeSpan.FromMinutes(5));
        Assert.InRange(pair.ToLeft.PacketsSent + pair.ToRight.PacketsSent - before, 10, 50);
    }

    private static Pair<ChannelEndpoint> Connected()
    {
        var pair = ChannelPair.Create();
        pair.Connect();
        return pair;
    }

    private static void AwaitClosed(Pair<ChannelEndpoint> pair, StreamId id) => pair.RunUntil(
        () => Closed(pair.Left, id) && Closed(pair.Right, id), ChannelPair.Soon, $"closed {id.Value}");

    private static bool Closed(ChannelEndpoint end, StreamId id) =>
        end.Events.Exists(e => e.Kind == ChannelEventKind.Closed && e.Id == id);
}
