using System.Buffers.Binary;
using QuicPair.Rtc.Ice;
using QuicPair.Rtc.Session;
using QuicPair.Rtc.Tests.Ice;
using QuicPair.Rtc.Tests.Simulation;
using QuicPair.Rtc.Wire;
using Xunit;

namespace QuicPair.Rtc.Tests.Session;

public sealed class NetworkSwitchTests
{
    private static readonly LinkOptions Link = LinkOptions.Clean(TimeSpan.FromMilliseconds(25));
    private static readonly TimeSpan Token = TimeSpan.FromMilliseconds(20);
    private static readonly TransportAddress Right = IcePair.Address("198.51.100.1");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_hundred_switches_in_the_middle_of_a_stream_lose_and_double_nothing(ulong seed)
    {
        var pair = SessionPair.Connected(Link, seed);
        var (left, right) = (pair.Left.Session, pair.Right.Session);
        var (secured, associated) = (left.DtlsConnectedAt, left.SctpConnectedAt);
        var handshakes = pair.Left.HandshakeRecords + pair.Right.HandshakeRecords;
        var sent = 0;
        for (var round = 0; round < 100; round++)
        {
            Stream(pair, ref sent, 10);
            Switch(pair, IcePair.Address("203.0.113.7", 6_000 + round), ref sent);
        }

        pair.RunUntil(() => pair.Left.Messages.Count >= sent, SessionPair.Soon, "the last tokens");
        pair.RunFor(TimeSpan.FromSeconds(10));

        Assert.Equal(Enumerable.Range(0, sent), pair.Left.Messages.Select(each => Number(each.Payload)));
        Assert.Equal((secured, associated), (left.DtlsConnectedAt, left.SctpConnectedAt));
        Assert.Equal(handshakes, pair.Left.HandshakeRecords + pair.Right.HandshakeRecords);
        Assert.Equal(0, left.Counters.Sctp!.RestartsRefused + right.Counters.Sctp!.RestartsRefused);
    }

    [Fact]
    public void The_stream_goes_on_within_half_a_second_of_the_new_address()
    {
        var pair = SessionPair.Connected(Link);
        var sent = 0;
        Stream(pair, ref sent, 50);
        Switch(pair, IcePair.Address("203.0.113.7", 6_000), ref sent);
        var usableAt = pair.Now;
        pair.RunUntil(() => pair.Left.Messages.Count >= sent, SessionPair.Soon, "the tokens of the gap");

        Assert.InRange(pair.Now - usableAt, TimeSpan.Zero, TimeSpan.FromMilliseconds(500));
    }

    [Fact]
    public void What_a_long_silence_has_held_up_is_there_as_soon_as_there_is_a_path()
    {
        var pair = SessionPair.Connected(Link);
        var sent = 0;
        Stream(pair, ref sent, 50);
        (pair.Left.IsCutOff, pair.Right.IsCutOff) = (true, true);
        Stream(pair, ref sent, 200);
        Switch(pair, IcePair.Address("203.0.113.7", 6_000), ref sent);

        // The restart took 100 ms; the Mac's check of the new address is answered by then, and 25 ms lead back. The
        // timeout, which has doubled again and again, would be seconds.
        pair.RunUntil(() => pair.Left.Messages.Count >= sent - 5, TimeSpan.FromMilliseconds(60), "what was held up");
        pair.RunUntil(() => pair.Left.Messages.Count >= sent, SessionPair.Soon, "the last tokens");
        Assert.Equal(Enumerable.Range(0, sent), pair.Left.Messages.Select(each => Number(each.Payload)));
    }

    [Fact]
    public void What_the_only_path_has_held_up_is_there_as_soon_as_it_answers_again()
    {
        var pair = SessionPair.Connected(Link);
        var sent = 0;
        Stream(pair, ref sent, 50);
        (pair.Left.IsCutOff, pair.Right.IsCutOff) = (true, true);
        Stream(pair, ref sent, 200);
        var timeouts = pair.Right.Session.Counters.Sctp!.Timeouts;
        (pair.Left.IsCutOff, pair.Right.IsCutOff) = (false, false);
        pair.RunUntil(() => pair.Right.Saw(SessionEventKind.PathAnswers), SessionPair.Soon, "an answer");
        pair.RunUntil(() => pair.Left.Messages.Count >= sent, TimeSpan.FromMilliseconds(60), "what was held up");

        Assert.InRange(pair.Right.Session.Counters.Sctp!.Timeouts - timeouts, 0, 1);
    }

    [Fact]
    public void A_peer_that_vanished_is_noticed_within_five_seconds_when_something_is_in_flight()
    {
        var pair = SessionPair.Connected(Link);
        var sent = 0;
        pair.RunFor(TimeSpan.FromSeconds(30));
        var vanishedAt = pair.Now;
        pair.Left.IsCutOff = true;
        Stream(pair, ref sent, 1);
        pair.RunUntil(() => pair.Right.Saw(SessionEventKind.PathSilent), SessionPair.Soon, "notice");

        Assert.InRange(pair.Now - vanishedAt, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));
        Assert.Equal(SessionState.Connected, pair.Right.Session.State);
    }

    [Fact]
    public void A_peer_that_vanished_is_noticed_within_fifteen_seconds_when_nothing_is_in_flight()
    {
        var pair = SessionPair.Connected(Link);
        pair.RunFor(TimeSpan.FromSeconds(30));
        var vanishedAt = pair.Now;
        (pair.Left.IsCutOff, pair.Right.IsCutOff) = (true, true);
        pair.RunUntil(() => pair.Right.Saw(SessionEventKind.PathSilent), SessionPair.Soon, "notice");

        Assert.InRange(pair.Now - vanishedAt, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(15));
        pair.RunUntil(() => pair.Right.Session.IsOver, TimeSpan.FromSeconds(40), "the end of consent");
        Assert.Equal(SessionEnd.ConsentExpired, pair.Right.Session.End);
    }

    [Fact]
    public void A_path_that_was_silent_and_is_restarted_answers_again()
    {
        var pair = SessionPair.Connected(Link);
        var sent = 0;
        pair.Left.IsCutOff = true;
        Stream(pair, ref sent, 300);
        Assert.True(pair.Right.Saw(SessionEventKind.PathSilent));
        Switch(pair, IcePair.Address("203.0.113.7", 6_000), ref sent);
        pair.RunUntil(() => pair.Left.Messages.Count >= sent, SessionPair.Soon, "everything");

        Assert.True(pair.Right.Saw(SessionEventKind.PathAnswers));
        Assert.Equal(Enumerable.Range(0, sent), pair.Left.Messages.Select(each => Number(each.Payload)));
    }

    /// <summary>The Mac, on the right, sends tokens.</summary>
    private static void Stream(Pair<SessionEndpoint> pair, ref int sent, int tokens)
    {
        for (var count = 0; count < tokens; count++)
        {
            var token = new byte[40];
            BinaryPrimitives.WriteInt32LittleEndian(token, sent++);
            _ = pair.Right.Session.Send(pair.Now, pair.Right.Channels[0], token);
            pair.RunFor(Token);
        }
    }

    /// <summary>
    /// The phone's address is gone; 200 ms later it has another one, and its restart is through 100 ms after that. What
    /// was under way is lost, and the Mac goes on sending.
    /// </summary>
    private static void Switch(Pair<SessionEndpoint> pair, TransportAddress moved, ref int sent)
    {
        (pair.Left.IsCutOff, pair.Right.IsCutOff) = (true, true);
        Stream(pair, ref sent, 10);
        pair.Left.Path = new NetworkPath(moved, Right);
        pair.Right.Path = new NetworkPath(Right, moved);
        (pair.Left.IsCutOff, pair.Right.IsCutOff) = (false, false);
        var (left, right) = (pair.Left.Session, pair.Right.Session);
        left.OfferRestart([IceCandidate.Host(moved)]);
        Stream(pair, ref sent, 2);
        Assert.True(right.TryRestart(pair.Now, left.LocalDescription, [IceCandidate.Host(Right)], out _));
        Stream(pair, ref sent, 3);
        Assert.True(left.TrySetAnswer(pair.Now, right.LocalDescription, out _));
    }

    private static int Number(byte[] token) => BinaryPrimitives.ReadInt32LittleEndian(token);
}
