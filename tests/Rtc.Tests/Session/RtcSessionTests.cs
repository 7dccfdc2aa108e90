using QuicPair.Rtc.Ice;
using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Sdp;
using QuicPair.Rtc.Session;
using QuicPair.Rtc.Tests.Simulation;
using QuicPair.Rtc.Wire;
using Xunit;

namespace QuicPair.Rtc.Tests.Session;

public sealed class RtcSessionTests
{
    private static readonly LinkOptions Link = LinkOptions.Clean(TimeSpan.FromMilliseconds(50));

    [Fact]
    public void Connects_and_opens_the_offered_channel_in_both_ends()
    {
        var pair = SessionPair.Create(Link);
        var start = pair.Now;
        pair.RunUntil(() => pair.Left.Channels.Count == 1, SessionPair.Soon, "open");
        var opened = pair.Now - start;
        pair.RunUntil(() => pair.Right.Channels.Count == 1, SessionPair.Soon, "opened by the peer");

        // One round trip of ICE, two of DTLS (the answerer is active); INIT was in the descriptions.
        Assert.InRange(opened.TotalMilliseconds, 0, 305);
        Assert.Equal(SessionState.Connected, pair.Left.Session.State);
        Assert.Equal(SessionState.Connected, pair.Right.Session.State);
        var channel = pair.Right.Events.Single(taken => taken.Kind == SessionEventKind.ChannelOpened);
        Assert.Equal("llm", channel.Parameters!.Label);
        Assert.True(channel.IsRemote);
        Assert.Equal<byte>([1, 1, 1], pair.Right.Session.RemoteCertificate.ToArray());
        Assert.Equal<byte>([2, 2, 2], pair.Left.Session.RemoteCertificate.ToArray());
        Assert.Equal(IcePathKind.Direct, pair.Left.Session.PathKind);
        Assert.True(pair.Left.Session.IceConnectedAt < pair.Left.Session.DtlsConnectedAt);
        Assert.True(pair.Left.Session.DtlsConnectedAt <= pair.Left.Session.SctpConnectedAt);
    }

    [Fact]
    public void Messages_arrive_in_both_directions()
    {
        var pair = SessionPair.Connected(Link);
        var channel = pair.Left.Channels[0];
        var large = new byte[256 * 1024];
        new SplitMix(7).Fill(large);

        _ = pair.Left.Session.Send(pair.Now, channel, "question"u8, text: true);
        _ = pair.Right.Session.Send(pair.Now, channel, large);
        pair.RunUntil(() => pair.Left.Messages.Count == 1, SessionPair.Soon, "the large message");
        pair.RunUntil(() => pair.Right.Messages.Count == 1, SessionPair.Soon, "the question");

        Assert.Equal("question"u8.ToArray(), pair.Right.Messages[0].Payload);
        Assert.Equal(large, pair.Left.Messages[0].Payload);
        Assert.Equal(0, pair.Left.Session.DroppedDatagrams);
        Assert.Equal(0, pair.Right.Session.DroppedDatagrams);
    }

    [Fact]
    public void Connects_and_delivers_for_every_seed_on_a_bad_link()
    {
        var link = new LinkOptions
        {
            Delay = TimeSpan.FromMilliseconds(20),
            Loss = 0.1,
            Reorder = 0.1,
            Duplicate = 0.05,
            Jitter = TimeSpan.FromMilliseconds(5),
        };
        for (var seed = 1ul; seed <= 100; seed++)
        {
            var pair = SessionPair.Connected(link, seed);
            _ = pair.Left.Session.Send(pair.Now, pair.Left.Channels[0], new byte[20_000]);
            pair.RunUntil(() => pair.Right.Messages.Count == 1, SessionPair.Soon, "message");
            pair.Left.Session.Close(pair.Now);
            pair.RunUntil(() => pair.Left.Session.IsOver, SessionPair.Soon, "close");
            Assert.Equal(SessionEnd.Closed, pair.Left.Session.End);
        }
    }

    [Fact]
    public void A_close_delivers_what_was_sent_and_ends_both_ends()
    {
        var pair = SessionPair.Connected(Link);
        _ = pair.Left.Session.Send(pair.Now, pair.Left.Channels[0], "last words"u8);
        pair.Left.Session.Close(pair.Now);
        Assert.Equal(SessionState.Closing, pair.Left.Session.State);
        Assert.Equal(SendOutcome.Closed, pair.Left.Session.Send(pair.Now, pair.Left.Channels[0], "more"u8));

        pair.RunUntil(() => pair.Left.Session.IsOver && pair.Right.Session.IsOver, SessionPair.Soon, "close");

        Assert.Single(pair.Right.Messages);
        Assert.Equal(SessionEnd.Closed, pair.Left.Session.End);
        Assert.Equal(SessionEnd.Closed, pair.Right.Session.End);
        Assert.Equal(SessionEventKind.Ended, pair.Right.Events[^1].Kind);
        Assert.Null(pair.Right.Session.NextTimeout);
    }

    [Fact]
    public void A_close_does_not_wait_for_a_peer_that_is_gone()
    {
        var pair = SessionPair.Connected(LinkOptions.Clean(TimeSpan.FromMilliseconds(50)));
        var channel = pair.Left.Channels[0];
        for (var count = 0; count < 50; count++)
        {
            _ = pair.Left.Session.Send(pair.Now, channel, new byte[1000]);
        }

        var closedAt = pair.Now;
        pair.Left.Session.Close(pair.Now);
        pair.Left.TakeEvents(pair.Now);
        pair.Left.HandleTimeout(closedAt + TimeSpan.FromSeconds(2));
        pair.Left.TakeEvents(pair.Now);

        Assert.Equal(SessionEnd.Closed, pair.Left.Session.End);
    }

    [Fact]
    public void A_session_that_is_not_connected_closes_at_once()
    {
        var pair = SessionPair.Create(Link, answer: false);
        pair.Left.Session.Close(pair.Now);
        pair.Left.TakeEvents(pair.Now);

        Assert.True(pair.Left.Session.IsOver);
        Assert.Equal(SessionEventKind.Ended, pair.Left.Events[^1].Kind);
    }

    [Fact]
    public void A_peer_with_another_certificate_than_its_description_says_is_refused()
    {
        var pair = SessionPair.Create(Link, rightShows: [6, 6, 6]);
        pair.RunUntil(() => pair.Left.Session.IsOver, SessionPair.Soon, "refusal");

        Assert.Equal(SessionEnd.FingerprintMismatch, pair.Left.Session.End);
        Assert.Empty(pair.Left.Channels);
    }

    [Fact]
    public void Without_a_path_the_session_ends_with_the_reason_of_ICE()
    {
        var pair = SessionPair.Create(new LinkOptions { Loss = 1 });
        pair.RunUntil(() => pair.Left.Session.IsOver, TimeSpan.FromSeconds(60), "failure");

        Assert.Equal(SessionEnd.IceFailed, pair.Left.Session.End);
        Assert.Equal(IceFailure.NoAnswer, pair.Left.Session.IceFailure);
    }

    [Fact]
    public void Only_validated_addresses_are_heard()
    {
        var pair = SessionPair.Connected(Link);
        var before = pair.Left.Session.Counters.Dropped;
        var stranger = new NetworkPath(Ice.IcePair.Address("192.0.2.1"), Ice.IcePair.Address("203.0.113.66"));

        pair.Left.Session.HandleDatagram(pair.Now, stranger, [23, 254, 253, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 9]);
        pair.Left.Session.HandleDatagram(pair.Now, stranger, [64, 0, 0, 0]);
        pair.Left.Session.HandleDatagram(pair.Now, stranger, []);

        Assert.Equal(before + 3, pair.Left.Session.Counters.Dropped);
    }

    [Fact]
    public void A_second_answer_and_a_useless_one_are_refused()
    {
        var pair = SessionPair.Create(Link);
        var left = pair.Left.Session;

        Assert.False(left.TrySetAnswer(pair.Now, pair.Right.Session.LocalDescription, out _));
        Assert.False(left.TrySetAnswer(pair.Now, "v=0\r\n", out var problem));
        Assert.Equal(SdpProblem.NoDataChannel, problem);
        Assert.False(left.TryAddCandidates(pair.Now, left.LocalDescription, out problem));
        Assert.Equal(SdpProblem.NoCredentials, problem);
        Assert.True(left.TryAddCandidates(pair.Now, pair.Right.Session.LocalDescription, out _));
    }

    [Fact]
    public void An_idle_connection_lives_on()
    {
        var pair = SessionPair.Connected(Link);
        pair.RunFor(TimeSpan.FromMinutes(10));

        Assert.Equal(SessionState.Connected, pair.Left.Session.State);
        Assert.InRange(pair.Left.Session.Counters.Ice.ChecksSent, 100, 170);
    }
}
