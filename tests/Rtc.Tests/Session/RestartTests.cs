using QuicPair.Rtc.Dtls;
using QuicPair.Rtc.Ice;
using QuicPair.Rtc.Sdp;
using QuicPair.Rtc.Session;
using QuicPair.Rtc.Tests.Ice;
using QuicPair.Rtc.Tests.Simulation;
using QuicPair.Rtc.Wire;
using Xunit;

namespace QuicPair.Rtc.Tests.Session;

public sealed class RestartTests
{
    private static readonly LinkOptions Link = LinkOptions.Clean(TimeSpan.FromMilliseconds(20));
    private static readonly TransportAddress Right = IcePair.Address("198.51.100.1");
    private static readonly TransportAddress NewLeft = IcePair.Address("203.0.113.7", 6000);

    [Fact]
    public void Channels_survive_a_change_of_address()
    {
        var pair = SessionPair.Connected(Link);
        var (left, right) = (pair.Left.Session, pair.Right.Session);
        var (secured, fragment) = (left.DtlsConnectedAt, right.UserFragment);
        Restart(pair);

        pair.Left.Path = new NetworkPath(NewLeft, Right);
        pair.Right.Path = new NetworkPath(Right, NewLeft);
        _ = left.Send(pair.Now, pair.Left.Channels[0], "moved"u8);
        pair.RunUntil(() => pair.Right.Messages.Count == 1, SessionPair.Soon, "message");
        pair.RunFor(TimeSpan.FromSeconds(60));

        Assert.Equal(SessionState.Connected, left.State);
        Assert.Equal(SessionState.Connected, right.State);
        Assert.Equal(secured, left.DtlsConnectedAt);
        Assert.NotEqual(fragment, right.UserFragment);
        Assert.True(left.IsValidated(pair.Left.Path));
    }

    [Fact]
    public void Data_goes_on_over_the_former_path_until_there_is_a_new_one()
    {
        var pair = SessionPair.Connected(Link);
        Restart(pair);
        _ = pair.Left.Session.Send(pair.Now, pair.Left.Channels[0], "still here"u8);
        pair.RunFor(TimeSpan.FromMilliseconds(30));

        Assert.Single(pair.Right.Messages);
    }

    [Fact]
    public void A_restart_whose_answer_never_comes_harms_nothing()
    {
        var pair = SessionPair.Connected(Link);
        pair.Left.Session.OfferRestart([IceCandidate.Host(NewLeft)]);
        pair.RunFor(TimeSpan.FromMinutes(2));

        Assert.Equal(SessionState.Connected, pair.Left.Session.State);
        Assert.Equal(SessionState.Connected, pair.Right.Session.State);
    }

    [Fact]
    public void A_restart_that_finds_no_path_falls_back_to_the_former_one()
    {
        var pair = SessionPair.Connected(Link);
        pair.Left.Session.OfferRestart([IceCandidate.Host(IcePair.Address("2001:db8::1"))]);
        var offer = pair.Left.Session.LocalDescription;
        Assert.True(pair.Right.Session.TryRestart(pair.Now, offer, [IceCandidate.Host(Right)], out _));
        pair.RunFor(TimeSpan.FromMinutes(1));

        _ = pair.Left.Session.Send(pair.Now, pair.Left.Channels[0], "still here"u8);
        pair.RunUntil(() => pair.Right.Messages.Count == 1, SessionPair.Soon, "message");
    }

    [Fact]
    public void A_restart_that_finds_nothing_says_once_more_that_the_path_is_silent()
    {
        var pair = SessionPair.Connected(Link);
        pair.RunFor(TimeSpan.FromSeconds(10));
        (pair.Left.IsCutOff, pair.Right.IsCutOff) = (true, true);
        Restart(pair);
        pair.RunFor(TimeSpan.FromSeconds(19));
        Assert.Single(pair.Left.Events, taken => taken.Kind == SessionEventKind.PathSilent);

        pair.RunFor(TimeSpan.FromSeconds(3));
        Assert.Equal(2, pair.Left.Events.Count(taken => taken.Kind == SessionEventKind.PathSilent));
        Assert.False(pair.Left.Session.IsOver);
    }

    [Fact]
    public void A_former_path_that_answers_again_while_another_is_looked_for_is_told()
    {
        var pair = SessionPair.Connected(Link);
        pair.RunFor(TimeSpan.FromSeconds(10));
        (pair.Left.IsCutOff, pair.Right.IsCutOff) = (true, true);
        pair.RunUntil(() => pair.Left.Saw(SessionEventKind.PathSilent), TimeSpan.FromSeconds(15), "silence");
        pair.Left.Session.OfferRestart([IceCandidate.Host(NewLeft)]);
        (pair.Left.IsCutOff, pair.Right.IsCutOff) = (false, false);
        pair.RunUntil(() => pair.Left.Saw(SessionEventKind.PathAnswers), TimeSpan.FromSeconds(15), "news");
    }

    [Fact]
    public void A_path_that_is_found_when_the_former_one_has_ended_is_told()
    {
        var pair = WithoutFormerPath();
        pair.Left.Path = new NetworkPath(NewLeft, Right);
        pair.Right.Path = new NetworkPath(Right, NewLeft);
        (pair.Left.IsCutOff, pair.Right.IsCutOff) = (false, false);
        Assert.False(pair.Left.Saw(SessionEventKind.PathAnswers));
        pair.RunUntil(
            () => pair.Left.Saw(SessionEventKind.PathAnswers) && pair.Right.Saw(SessionEventKind.PathAnswers),
            SessionPair.Soon,
            "news");

        _ = pair.Left.Session.Send(pair.Now, pair.Left.Channels[0], "back"u8);
        pair.RunUntil(() => pair.Right.Messages.Count == 1, SessionPair.Soon, "message");
    }

    [Fact]
    public void A_session_without_any_path_whose_restarts_nobody_answers_ends()
    {
        var pair = WithoutFormerPath();
        for (var count = 0; count < 20 && !pair.Left.Session.IsOver; count++)
        {
            pair.Left.Session.OfferRestart([IceCandidate.Host(NewLeft)]);
            pair.RunFor(TimeSpan.FromSeconds(2));
        }

        Assert.Equal(SessionEnd.ConsentExpired, pair.Left.Session.End);
        Assert.True(pair.Left.Saw(SessionEventKind.Ended));
    }

    [Fact]
    public void Another_certificate_is_another_peer()
    {
        var pair = SessionPair.Connected(Link);
        var offer = DescriptionWriter.WriteOffer(new LocalParameters
        {
            Credentials = IceCredentials.Create(new CountingEntropy()),
            Fingerprint = CertificateFingerprint.Of([9]),
            Candidates = [],
            SessionId = 1,
        });

        Assert.False(pair.Right.Session.TryRestart(pair.Now, offer, [], out var problem));
        Assert.Equal(SdpProblem.AnotherPeer, problem);
        Assert.False(pair.Left.Session.TryRestart(pair.Now, "v=0", [], out _));
    }

    [Fact]
    public void The_answer_keeps_the_DTLS_role()
    {
        var pair = SessionPair.Connected(Link);
        Restart(pair);

        Assert.Contains("a=setup:active", pair.Right.Session.LocalDescription, StringComparison.Ordinal);
        Assert.Matches("o=- [0-9]+ 3 IN", pair.Right.Session.LocalDescription);
    }

    /// <summary>Consent for the former path has ended, and the agents of a restart still look for another.</summary>
    private static Pair<SessionEndpoint> WithoutFormerPath()
    {
        var pair = SessionPair.Connected(Link);
        pair.RunFor(TimeSpan.FromSeconds(10));
        (pair.Left.IsCutOff, pair.Right.IsCutOff) = (true, true);
        pair.RunFor(TimeSpan.FromSeconds(15));
        Restart(pair);
        pair.RunFor(TimeSpan.FromSeconds(16));
        Assert.Null(pair.Left.Session.FormerUserFragment);
        Assert.False(pair.Left.Session.IsOver);
        return pair;
    }

    private static void Restart(Pair<SessionEndpoint> pair)
    {
        var (left, right) = (pair.Left.Session, pair.Right.Session);
        left.OfferRestart([IceCandidate.Host(NewLeft)]);
        Assert.True(right.TryRestart(pair.Now, left.LocalDescription, [IceCandidate.Host(Right)], out _));
        Assert.True(left.TrySetAnswer(pair.Now, right.LocalDescription, out _));
    }
}
