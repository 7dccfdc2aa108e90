using QuicPair.Rtc.Ice;
using QuicPair.Rtc.Tests.Simulation;
using QuicPair.Rtc.Wire;
using Xunit;

namespace QuicPair.Rtc.Tests.Ice;

public sealed class IceSilenceTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void An_idle_path_that_goes_silent_is_noticed_within_fifteen_seconds()
    {
        var pair = Connected();
        var silentFrom = pair.Now;
        pair.IsLost = (_, _) => true;
        pair.Run(30 * Second, () => pair.LeftEvents.Exists(each => each is IceEvent.PathSilent));

        Assert.InRange(pair.Now - silentFrom, 2 * Second, 15 * Second);
        Assert.Equal(IceState.Connected, pair.Left.State);
    }

    [Fact]
    public void A_path_that_is_asked_after_is_known_to_be_silent_within_two_seconds()
    {
        var pair = Connected();
        var silentFrom = pair.Now;
        pair.IsLost = (_, _) => true;
        pair.Left.Probe(pair.Now);
        pair.Run(30 * Second, () => pair.LeftEvents.Exists(each => each is IceEvent.PathSilent));

        Assert.InRange(pair.Now - silentFrom, Second, 2 * Second);
    }

    [Fact]
    public void A_path_that_comes_back_is_told_once()
    {
        var pair = Connected();
        var silentFrom = pair.Now;
        pair.IsLost = (_, _) => pair.Now - silentFrom < 20 * Second;
        pair.Run(60 * Second);

        Assert.Single(pair.LeftEvents, each => each is IceEvent.PathSilent);
        Assert.Single(pair.LeftEvents, each => each is IceEvent.PathAnswers);
        Assert.True(pair.AreConnected);
    }

    [Fact]
    public void Two_lost_checks_are_no_silence()
    {
        var pair = Connected();
        var lost = 0;
        pair.IsLost = (isLeft, _) => isLeft && lost++ % 3 < 2;
        pair.Run(300 * Second);

        Assert.DoesNotContain(pair.LeftEvents, each => each is IceEvent.PathSilent);
    }

    [Fact]
    public void An_outage_of_a_second_is_no_silence()
    {
        var pair = Connected();
        for (var outage = 0; outage < 100; outage++)
        {
            var lostFrom = pair.Now;
            pair.IsLost = (_, _) => pair.Now - lostFrom < Second;
            pair.Left.Probe(pair.Now);
            pair.Right.Probe(pair.Now);
            pair.Run(5 * Second);
        }

        Assert.DoesNotContain(pair.LeftEvents, each => each is IceEvent.PathSilent);
        Assert.DoesNotContain(pair.RightEvents, each => each is IceEvent.PathSilent);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Five_percent_of_loss_and_thirty_milliseconds_of_jitter_are_no_silence(ulong seed)
    {
        var (pair, chance) = (Connected(), new SplitMix(seed));
        pair.IsLost = (_, _) =>
        {
            pair.Delay = TimeSpan.FromMilliseconds(25 + chance.NextBelow(30));
            return chance.NextFraction() < 0.05;
        };
        for (var look = 0; look < 200; look++)
        {
            pair.Left.Probe(pair.Now);
            pair.Run(Second);
        }

        Assert.DoesNotContain(pair.LeftEvents, each => each is IceEvent.PathSilent);
    }

    [Fact]
    public void A_silent_peer_is_not_asked_more_than_once_a_second()
    {
        var pair = Connected();
        pair.IsLost = (_, _) => true;
        var before = pair.Left.Counters.ChecksSent;
        pair.Run(30 * Second);

        Assert.InRange(pair.Left.Counters.ChecksSent - before, 20, 36);
    }

    [Fact]
    public void The_controlled_end_follows_a_peer_that_moved_within_a_second()
    {
        var pair = Connected();
        var moved = IcePair.Address("203.0.113.77", 7000);
        pair.TranslateLeft = _ => moved;
        pair.Left.CheckAgain(pair.Now);
        var movedAt = pair.Now;
        pair.Run(10 * Second, () => pair.Right.SelectedPath?.Remote == moved);

        Assert.InRange(pair.Now - movedAt, TimeSpan.Zero, Second);
        Assert.True(pair.AreConnected);
    }

    [Fact]
    public void A_NAT_that_gives_a_hundred_addresses_one_after_the_other_loses_nothing()
    {
        var pair = Connected();
        for (var port = 1; port <= 100; port++)
        {
            var moved = IcePair.Address("203.0.113.77", port);
            pair.TranslateLeft = _ => moved;
            pair.Left.CheckAgain(pair.Now);
            pair.Run(10 * Second, () => pair.Right.SelectedPath?.Remote == moved);
            Assert.Equal(moved, pair.Right.SelectedPath?.Remote);
        }

        Assert.True(pair.AreConnected);
    }

    [Fact]
    public void A_new_local_address_is_checked_from_and_replaces_one_that_is_gone()
    {
        var pair = Connected();
        var next = IcePair.Address("192.0.2.50", 6000);
        pair.Left.UpdateLocalCandidates([IceCandidate.Host(next)]);
        pair.Run(2 * Second);

        Assert.Equal(next, pair.Left.SelectedPath!.Value.Local);
        pair.Run(20 * Second);
        Assert.Equal(next, pair.Right.SelectedPath!.Value.Remote);
        Assert.True(pair.AreConnected);
    }

    [Fact]
    public void Both_ends_may_get_other_addresses_at_the_same_moment_when_the_former_ones_linger()
    {
        var pair = Connected();
        pair.FormerAddressesStay = true;
        for (var turn = 1; turn <= 3; turn++)
        {
            var left = IcePair.Address("192.0.2.50", 6000 + turn);
            var right = IcePair.Address("198.51.100.50", 7000 + turn);
            pair.Left.UpdateLocalCandidates([IceCandidate.Host(left)]);
            pair.Right.UpdateLocalCandidates([IceCandidate.Host(right)]);
            pair.Run(2 * Second);
            Assert.True(pair.Right.IsValidated(Reverse(pair.Left.SelectedPath!.Value)), "what left sends is taken");
            Assert.True(pair.Left.IsValidated(Reverse(pair.Right.SelectedPath!.Value)), "what right sends is taken");

            pair.Run(20 * Second);
            Assert.Equal(new NetworkPath(left, right), pair.Left.SelectedPath);
            Assert.Equal(new NetworkPath(right, left), pair.Right.SelectedPath);
        }
    }

    [Fact]
    public void An_address_that_comes_back_is_as_good_as_it_was()
    {
        var pair = Connected();
        var (host, relay) = (IcePair.Address("192.0.2.1"), IcePair.Address("203.0.113.50", 6000));
        pair.Left.UpdateLocalCandidates([Relayed(relay)]);
        pair.Left.UpdateLocalCandidates([IceCandidate.Host(host), Relayed(relay)]);
        pair.Run(20 * Second);

        Assert.Equal(host, pair.Left.SelectedPath!.Value.Local);
        Assert.Equal(IcePathKind.Direct, pair.Left.PathKind);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(700)]
    public void A_hundred_relays_of_both_ends_one_after_the_other_leave_no_silence_and_no_more_checks(int apartMs)
    {
        var pair = Connected();
        pair.FormerAddressesStay = true;
        var checks = new List<long>();
        for (var turn = 1; turn <= 100; turn++)
        {
            var before = pair.Left.Counters.ChecksSent;
            pair.Left.UpdateLocalCandidates([Relayed(IcePair.Address("203.0.113.50", 6000 + turn))]);
            pair.Run(TimeSpan.FromMilliseconds(apartMs));
            pair.Right.UpdateLocalCandidates([Relayed(IcePair.Address("203.0.113.50", 7000 + turn))]);
            pair.Run(2 * Second);
            checks.Add(pair.Left.Counters.ChecksSent - before);
            Assert.True(pair.Right.IsValidated(Reverse(pair.Left.SelectedPath!.Value)), "what left sends is taken");
            Assert.True(pair.Left.IsValidated(Reverse(pair.Right.SelectedPath!.Value)), "what right sends is taken");
        }

        Assert.DoesNotContain(pair.LeftEvents, each => each is IceEvent.PathSilent);
        Assert.DoesNotContain(pair.RightEvents, each => each is IceEvent.PathSilent);
        Assert.True(checks.Max() <= 20, $"up to {checks.Max()} checks for one relay");
    }

    [Fact]
    public void A_better_pair_that_appears_later_takes_over()
    {
        var pair = new IcePair(rightAddresses: ["198.51.100.1"]);
        var relay = IcePair.Address("203.0.113.200", 9000);
        pair.Right.UpdateLocalCandidates([Relayed(relay)]);
        pair.Connect();
        pair.Run(2 * Second);
        Assert.Equal(IcePathKind.Relay, pair.Right.PathKind);

        pair.Right.UpdateLocalCandidates([IceCandidate.Host(IcePair.Address("198.51.100.1")), Relayed(relay)]);
        pair.Run(5 * Second);

        Assert.Equal(IcePathKind.Direct, pair.Right.PathKind);
        Assert.Equal(IcePair.Address("198.51.100.1"), pair.Left.SelectedPath!.Value.Remote);
        Assert.True(pair.Left.IsValidated(new NetworkPath(IcePair.Address("192.0.2.1"), relay)));
    }

    private static NetworkPath Reverse(NetworkPath path) => new(path.Remote, path.Local);

    private static IceCandidate Relayed(TransportAddress address) => new()
    {
        Foundation = "r1",
        Priority = IceCandidate.ComputePriority(IceCandidateType.Relayed, ushort.MaxValue),
        Address = address,
        Type = IceCandidateType.Relayed,
        Base = address,
    };

    private static IcePair Connected()
    {
        var pair = new IcePair();
        pair.Connect();
        pair.Run(3 * Second);
        Assert.True(pair.AreConnected);
        return pair;
    }
}
