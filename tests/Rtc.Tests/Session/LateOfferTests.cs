using System.Text.RegularExpressions;
using QuicPair.Rtc.Ice;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Session;
using QuicPair.Rtc.Tests.Ice;
using QuicPair.Rtc.Tests.Simulation;
using QuicPair.Rtc.Wire;
using Xunit;

namespace QuicPair.Rtc.Tests.Session;

/// <summary>Offers of one peer that arrive in another order than they were made.</summary>
public sealed partial class LateOfferTests
{
    private static readonly LinkOptions Link = LinkOptions.Clean(TimeSpan.FromMilliseconds(20));
    private static readonly TransportAddress Right = IcePair.Address("198.51.100.1");
    private static readonly TransportAddress NewLeft = IcePair.Address("203.0.113.7", 6000);

    [Theory]
    [InlineData(0, false, true)]
    [InlineData(2, true, true)]
    [InlineData(60, true, false)]
    public void One_from_before_a_restart_turns_nothing_back(int seconds, bool hasPath, bool hasFormer)
    {
        var pair = SessionPair.Connected(Link);
        var right = pair.Right.Session;
        var old = pair.Left.Session.LocalDescription;
        Restart(pair);
        Move(pair);
        pair.RunFor(TimeSpan.FromSeconds(seconds));
        Assert.Equal((hasPath, hasFormer), (right.HasPath, right.FormerUserFragment is not null));
        var (fragment, answer) = (right.UserFragment, right.LocalDescription);

        Assert.True(Update(pair, old));

        Assert.Equal((fragment, answer), (right.UserFragment, right.LocalDescription));
        AssertGoesOn(pair);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_restart_that_a_later_one_has_overtaken_is_not_begun(bool hasPath)
    {
        var pair = SessionPair.Connected(Link);
        var (left, right) = (pair.Left.Session, pair.Right.Session);
        left.OfferRestart([IceCandidate.Host(NewLeft)]);
        var overtaken = left.LocalDescription;
        Restart(pair);
        Move(pair);
        if (hasPath) pair.RunFor(TimeSpan.FromSeconds(2));
        Assert.Equal(hasPath, right.HasPath);
        var fragment = right.UserFragment;

        Assert.True(Update(pair, overtaken));

        Assert.Equal(fragment, right.UserFragment);
        AssertGoesOn(pair);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_newer_one_restarts_whichever_agent_has_a_path(bool hasPath)
    {
        var pair = SessionPair.Connected(Link);
        Restart(pair);
        if (hasPath)
        {
            Move(pair);
            pair.RunFor(TimeSpan.FromSeconds(2));
        }

        Assert.Equal(hasPath, pair.Right.Session.HasPath);
        AssertRestarts(pair);
    }

    [Fact]
    public void A_newer_one_restarts_when_no_agent_has_a_path()
    {
        var pair = SessionPair.Connected(Link);
        pair.RunFor(TimeSpan.FromSeconds(10));
        (pair.Left.IsCutOff, pair.Right.IsCutOff) = (true, true);
        pair.RunFor(TimeSpan.FromSeconds(15));
        Restart(pair);
        pair.RunFor(TimeSpan.FromSeconds(16));
        var right = pair.Right.Session;
        Assert.Equal((false, null), (right.HasPath, right.FormerUserFragment));
        (pair.Left.IsCutOff, pair.Right.IsCutOff) = (false, false);

        AssertRestarts(pair);
    }

    [Fact]
    public void A_newer_one_with_former_credentials_restarts_for_the_peer_took_its_restart_back()
    {
        var pair = SessionPair.Connected(Link);
        var right = pair.Right.Session;
        var old = pair.Left.Session.LocalDescription;
        Restart(pair);
        var fragment = right.UserFragment;

        Assert.True(Update(pair, WithOrigin(old, "$1 99")));

        Assert.NotEqual(fragment, right.UserFragment);
    }

    [Fact]
    public void One_that_does_not_say_how_old_it_is_restarts_unless_its_credentials_are_the_former_ones()
    {
        var pair = SessionPair.Connected(Link);
        var (left, right) = (pair.Left.Session, pair.Right.Session);
        var old = left.LocalDescription;
        Restart(pair);
        var fragment = right.UserFragment;

        Assert.True(Update(pair, WithOrigin(old, "1 1")));
        Assert.Equal(fragment, right.UserFragment);

        left.OfferRestart([IceCandidate.Host(NewLeft)]);
        Assert.True(Update(pair, WithOrigin(left.LocalDescription, "1 1")));
        Assert.NotEqual(fragment, right.UserFragment);
    }

    [Fact]
    public void Under_the_current_credentials_candidates_are_added_whatever_the_order()
    {
        var pair = SessionPair.Connected(Link);
        var (left, right) = (pair.Left.Session, pair.Right.Session);
        left.OfferRestart([]);
        var bare = left.LocalDescription;
        Assert.True(Update(pair, bare));
        Assert.True(left.TrySetAnswer(pair.Now, right.LocalDescription, out _));
        var fragment = right.UserFragment;
        left.UpdateCandidates(pair.Now, [IceCandidate.Host(NewLeft)]);
        Assert.True(left.TryOfferCandidates());

        Assert.True(Update(pair, left.LocalDescription));
        Assert.True(Update(pair, bare));

        Assert.Equal(fragment, right.UserFragment);
        Assert.Contains(NewLeft, SentTo(right, pair.Now));
    }

    private static void AssertRestarts(Pair<SessionEndpoint> pair)
    {
        var (left, right) = (pair.Left.Session, pair.Right.Session);
        var fragment = right.UserFragment;
        left.OfferRestart([IceCandidate.Host(NewLeft)]);

        Assert.True(Update(pair, left.LocalDescription));

        Assert.NotEqual(fragment, right.UserFragment);
        Assert.True(left.TrySetAnswer(pair.Now, right.LocalDescription, out _));
        Move(pair);
        AssertGoesOn(pair);
    }

    /// <summary>Both ends find the path of the last restart and are heard on it.</summary>
    private static void AssertGoesOn(Pair<SessionEndpoint> pair)
    {
        var (left, right) = (pair.Left.Session, pair.Right.Session);
        pair.RunUntil(() => left.HasPath && right.HasPath, SessionPair.Soon, "path");
        pair.RunFor(TimeSpan.FromMinutes(1));
        Assert.Equal((SessionState.Connected, SessionState.Connected), (left.State, right.State));
        _ = left.Send(pair.Now, pair.Left.Channels[0], "question"u8);
        _ = right.Send(pair.Now, pair.Right.Channels[0], "answer"u8);
        pair.RunUntil(
            () => pair.Left.Messages.Count == 1 && pair.Right.Messages.Count == 1, SessionPair.Soon, "messages");
    }

    private static void Restart(Pair<SessionEndpoint> pair)
    {
        var (left, right) = (pair.Left.Session, pair.Right.Session);
        left.OfferRestart([IceCandidate.Host(NewLeft)]);
        Assert.True(Update(pair, left.LocalDescription));
        Assert.True(left.TrySetAnswer(pair.Now, right.LocalDescription, out _));
    }

    private static void Move(Pair<SessionEndpoint> pair)
    {
        pair.Left.Path = new NetworkPath(NewLeft, Right);
        pair.Right.Path = new NetworkPath(Right, NewLeft);
    }

    private static bool Update(Pair<SessionEndpoint> pair, string offer) =>
        pair.Right.Session.TryUpdate(pair.Now, offer, [IceCandidate.Host(Right)], out _);

    /// <summary>Where a session sends to within a second in which it hears nothing.</summary>
    private static HashSet<TransportAddress> SentTo(RtcSession session, Instant from)
    {
        var reached = new HashSet<TransportAddress>();
        var packet = new byte[2048];
        for (var step = 0; step <= 100; step++)
        {
            var now = from + TimeSpan.FromMilliseconds(10 * step);
            session.HandleTimeout(now);
            while (session.TryTransmit(now, packet, out _, out var path)) reached.Add(path.Remote);
        }

        return reached;
    }

    /// <summary>A description with another session and version; <c>$1</c> is its own session.</summary>
    private static string WithOrigin(string description, string origin) =>
        Origin().Replace(description, $"o=- {origin} ", 1);

    [GeneratedRegex("o=- ([0-9]+) [0-9]+ ")]
    private static partial Regex Origin();
}
