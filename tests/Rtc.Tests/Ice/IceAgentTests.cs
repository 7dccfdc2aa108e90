using System.Text;
using QuicPair.Rtc.Ice;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Stun;
using QuicPair.Rtc.Wire;
using Xunit;

namespace QuicPair.Rtc.Tests.Ice;

public sealed class IceAgentTests
{
    private static readonly TimeSpan Patient = TimeSpan.FromSeconds(30);

    [Fact]
    public void Connects_in_one_round_trip()
    {
        var pair = new IcePair();
        pair.Connect();
        pair.Run(Patient, () => pair.AreConnected);

        Assert.True(pair.AreConnected);
        Assert.Equal(TimeSpan.FromMilliseconds(20), pair.Now.SinceStart);
        Assert.Equal(TimeSpan.FromMilliseconds(20), pair.Left.RoundTripTime);
        var (left, right) = (IcePair.Address("192.0.2.1"), IcePair.Address("198.51.100.1"));
        Assert.Equal(new NetworkPath(left, right), pair.Left.SelectedPath);
        Assert.Equal(new NetworkPath(right, left), pair.Right.SelectedPath);
        Assert.Equal(IcePathKind.Direct, pair.Left.PathKind);
        Assert.Contains(new IceEvent.StateChanged(IceState.Checking), pair.LeftEvents);
        Assert.Contains(new IceEvent.StateChanged(IceState.Connected), pair.LeftEvents);
        Assert.Contains(new IceEvent.PathSelected(pair.Left.SelectedPath!.Value), pair.LeftEvents);
    }

    [Fact]
    public void Chooses_the_pair_with_the_highest_priority_in_the_end()
    {
        var pair = new IcePair(
            leftAddresses: ["192.0.2.1", "192.0.2.2", "2001:db8::1"],
            rightAddresses: ["198.51.100.1", "198.51.100.2", "2001:db8::2"]);
        pair.Connect();
        pair.Run(TimeSpan.FromSeconds(2));

        Assert.True(pair.AreConnected);
        Assert.Equal(IcePair.Address("192.0.2.1"), pair.Left.SelectedPath!.Value.Local);
        Assert.Equal(IcePair.Address("198.51.100.1"), pair.Left.SelectedPath!.Value.Remote);
        Assert.Equal(IcePair.Address("198.51.100.1"), pair.Right.SelectedPath!.Value.Local);
    }

    [Fact]
    public void Uses_the_first_pair_that_works_and_moves_to_a_better_one()
    {
        var best = IcePair.Address("198.51.100.1");
        var pair = new IcePair(rightAddresses: ["198.51.100.1", "198.51.100.2"]);
        pair.IsLost = (_, path) =>
            (path.Remote == best || path.Local == best) && pair.Now.SinceStart.TotalMilliseconds < 200;
        pair.Connect();

        pair.Run(Patient, () => pair.AreConnected);
        Assert.Equal(IcePair.Address("198.51.100.2"), pair.Left.SelectedPath!.Value.Remote);
        Assert.True(pair.Now.SinceStart < TimeSpan.FromMilliseconds(50));

        pair.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(best, pair.Left.SelectedPath!.Value.Remote);
        Assert.Equal(best, pair.Right.SelectedPath!.Value.Local);
    }

    [Fact]
    public void A_lost_check_is_repeated_soon()
    {
        var pair = new IcePair();
        pair.IsLost = (_, _) => pair.Now == Instant.Start;
        pair.Connect();
        pair.Run(Patient, () => pair.AreConnected);

        Assert.Equal(TimeSpan.FromMilliseconds(80 + 20), pair.Now.SinceStart);
    }

    [Fact]
    public void Connects_for_every_seed_when_half_of_the_datagrams_are_lost()
    {
        for (var seed = 1ul; seed <= 100; seed++)
        {
            var pair = new IcePair(seed: seed, rightAddresses: ["198.51.100.1", "198.51.100.2"]);
            var entropy = new CountingEntropy(seed);
            var one = new byte[1];
            pair.IsLost = (_, _) =>
            {
                entropy.Fill(one);
                return one[0] < 128;
            };
            pair.Connect();
            pair.Run(Patient, () => pair.AreConnected);
            Assert.True(pair.AreConnected, $"seed {seed}");
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_role_conflict_ends_with_one_controlling_agent(bool bothControl)
    {
        var both = bothControl ? IceRole.Controlling : IceRole.Controlled;
        for (var seed = 1ul; seed <= 20; seed++)
        {
            var pair = new IcePair(both, both, seed: seed);
            pair.Connect();
            pair.Run(TimeSpan.FromSeconds(1));

            Assert.True(pair.AreConnected);
            Assert.NotEqual(pair.Left.Role, pair.Right.Role);
            Assert.True(pair.Left.Counters.RoleConflicts + pair.Right.Counters.RoleConflicts > 0);
        }
    }

    [Fact]
    public void A_check_with_an_attribute_that_must_be_understood_and_is_not_gets_420_and_its_name()
    {
        var pair = new IcePair();
        var (left, right) = (pair.Left, pair.Right);
        left.SetRemote(pair.Now, right.Credentials, right.LocalCandidates);
        var (buffer, id) = (new byte[600], new TransactionId(1, 2));
        var writer = new StunMessageWriter(buffer, new(StunClass.Request, StunMethod.Binding, id));
        writer.AddUsername(left.Credentials.UsernameFrom(right.Credentials));
        writer.AddPriority(1);
        writer.AddControlled(1);
        writer.AddChannelNumber(0x4000);
        var length = writer.Complete(Encoding.ASCII.GetBytes(left.Credentials.Password));
        var path = new NetworkPath(IcePair.Address("192.0.2.1"), IcePair.Address("198.51.100.1"));
        left.HandleDatagram(pair.Now, path, buffer.AsSpan(0, length));

        Assert.True(left.TryTransmit(pair.Now, buffer, out length, out var back));
        Assert.Equal(path, back);
        var answer = buffer.AsSpan(0, length);
        Assert.True(StunMessage.TryParse(answer, out var message));
        Assert.Equal(id, message.Header.TransactionId);
        Assert.Equal(StunErrorCode.UnknownAttribute, message.ErrorCode);

        // UNKNOWN-ATTRIBUTES with CHANNEL-NUMBER.
        ReadOnlySpan<byte> unknown = [0x00, 0x0A, 0x00, 0x02, 0x00, 0x0C];
        Assert.True(answer.IndexOf(unknown) > 0);
    }

    [Fact]
    public void Checks_of_a_peer_without_usable_candidates_make_peer_reflexive_pairs()
    {
        var pair = new IcePair { TranslateLeft = address => address.WithPort(40_000) };
        pair.Right.SetRemote(pair.Now, pair.Left.Credentials, []);
        pair.Left.SetRemote(pair.Now, pair.Right.Credentials, pair.Right.LocalCandidates);
        pair.Run(Patient, () => pair.AreConnected);

        Assert.True(pair.AreConnected);
        Assert.Equal(IcePair.Address("192.0.2.1", 40_000), pair.Right.SelectedPath!.Value.Remote);
        Assert.Equal(IcePair.Address("192.0.2.1"), pair.Left.SelectedPath!.Value.Local);
        Assert.Equal(TimeSpan.FromMilliseconds(30), pair.Now.SinceStart);
    }

    [Fact]
    public void Answers_checks_that_come_before_the_description_of_the_peer_and_checks_back_when_it_is_known()
    {
        var pair = new IcePair();
        pair.Right.SetRemote(pair.Now, pair.Left.Credentials, pair.Left.LocalCandidates);
        pair.Run(TimeSpan.FromMilliseconds(100));

        Assert.Equal(IceState.Connected, pair.Right.State);
        Assert.Equal(IceState.New, pair.Left.State);
        Assert.Equal(0, pair.Left.Counters.ChecksSent);

        pair.Left.SetRemote(pair.Now, pair.Right.Credentials, []);
        pair.Run(Patient, () => pair.AreConnected);
        Assert.Equal(TimeSpan.FromMilliseconds(120), pair.Now.SinceStart);
    }

    [Fact]
    public void Data_is_accepted_from_where_a_check_came_before_the_description_of_the_peer()
    {
        var pair = new IcePair();
        var path = new NetworkPath(IcePair.Address("192.0.2.1"), IcePair.Address("198.51.100.1"));
        Assert.False(pair.Left.IsValidated(path));

        pair.Right.SetRemote(pair.Now, pair.Left.Credentials, pair.Left.LocalCandidates);
        pair.Run(TimeSpan.FromMilliseconds(100));

        Assert.True(pair.Left.IsValidated(path));
        Assert.False(pair.Left.IsValidated(path with { Remote = IcePair.Address("198.51.100.1", 5001) }));
    }

    [Fact]
    public void Data_is_accepted_from_where_an_authentic_check_came()
    {
        var pair = new IcePair();
        pair.Connect();
        var path = new NetworkPath(IcePair.Address("198.51.100.1"), IcePair.Address("192.0.2.1"));

        Assert.False(pair.Right.IsValidated(path));
        pair.Run(TimeSpan.FromMilliseconds(10));
        Assert.True(pair.Right.IsValidated(path));
        Assert.False(pair.Right.IsValidated(path with { Remote = IcePair.Address("192.0.2.1", 5001) }));
    }

    [Fact]
    public void Candidates_that_come_later_are_checked()
    {
        var pair = new IcePair();
        pair.IsLost = (isLeft, _) => !isLeft && pair.Left.Counters.ChecksSent == 0;
        pair.Left.SetRemote(pair.Now, pair.Right.Credentials, []);
        pair.Right.SetRemote(pair.Now, pair.Left.Credentials, []);
        pair.Run(TimeSpan.FromSeconds(1));
        Assert.False(pair.AreConnected);

        pair.Left.AddRemoteCandidates(pair.Right.LocalCandidates);
        pair.Run(TimeSpan.FromSeconds(1));
        Assert.True(pair.AreConnected);
    }

    [Fact]
    public void Bounds_candidates_and_pairs()
    {
        var pair = new IcePair(leftAddresses: [.. Enumerable.Range(1, 30).Select(host => $"192.0.2.{host}")]);
        var many = Enumerable.Range(1, 10_000)
            .Select(port => IceCandidate.Host(IcePair.Address("203.0.113.9", port)));
        pair.Left.SetRemote(pair.Now, pair.Right.Credentials, many);
        pair.Run(TimeSpan.FromSeconds(1));

        Assert.Equal(16, pair.Left.LocalCandidates.Count);
        Assert.InRange(pair.Left.Counters.ChecksSent, 1, 100);
    }

    [Fact]
    public void Steady_state_costs_one_check_per_pair_and_interval()
    {
        var pair = new IcePair();
        pair.Connect();
        pair.Run(TimeSpan.FromSeconds(1));
        var before = pair.Sent;
        pair.Run(TimeSpan.FromSeconds(60));

        Assert.InRange(pair.Sent - before, 2 * 2 * 10, 2 * 2 * 15);
    }
}
