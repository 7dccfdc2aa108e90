using QuicPair.Rtc.Ice;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Wire;
using Xunit;

namespace QuicPair.Rtc.Tests.Ice;

public sealed class IceLifetimeTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Consent_expires_30_seconds_after_the_last_response()
    {
        var pair = Connected();
        var silentFrom = pair.Now;
        pair.IsLost = (_, _) => true;

        pair.Run(31 * Second, () => pair.Left.State == IceState.Failed);

        Assert.Equal(new IceEvent.Failed(IceFailure.ConsentExpired), pair.LeftEvents[^1]);
        Assert.InRange(pair.Now - silentFrom, 23 * Second, 30 * Second);
        Assert.Null(pair.Left.SelectedPath);
        Assert.Null(pair.Left.NextTimeout);
    }

    [Fact]
    public void Four_lost_consent_checks_in_a_row_are_not_the_end()
    {
        var pair = Connected();
        var silentFrom = pair.Now;
        pair.IsLost = (_, _) => pair.Now - silentFrom < 20 * Second;

        pair.Run(120 * Second);

        Assert.True(pair.AreConnected);
    }

    [Fact]
    public void A_path_that_goes_silent_yields_to_one_that_works()
    {
        var pair = new IcePair(rightAddresses: ["198.51.100.1", "198.51.100.2"]);
        pair.Connect();
        pair.Run(2 * Second);
        var best = IcePair.Address("198.51.100.1");
        Assert.Equal(best, pair.Left.SelectedPath!.Value.Remote);

        pair.IsLost = (_, path) => path.Remote == best || path.Local == best;
        pair.Run(20 * Second);

        Assert.Equal(IcePair.Address("198.51.100.2"), pair.Left.SelectedPath!.Value.Remote);
        Assert.Equal(IcePair.Address("198.51.100.2"), pair.Right.SelectedPath!.Value.Local);
        pair.Run(120 * Second);
        Assert.True(pair.AreConnected);
    }

    [Fact]
    public void Fails_with_its_reason_when_nothing_ever_comes_back()
    {
        var pair = new IcePair { IsLost = (_, _) => true };
        pair.Connect();
        pair.Run(60 * Second);

        Assert.Equal(new IceEvent.Failed(IceFailure.NoAnswer), pair.LeftEvents[^1]);
        Assert.Equal(new IceEvent.Failed(IceFailure.NoAnswer), pair.RightEvents[^1]);
    }

    [Fact]
    public void Fails_with_its_reason_when_there_is_nothing_to_check()
    {
        var pair = new IcePair(rightAddresses: ["2001:db8::1"]);
        pair.Connect();
        pair.Run(60 * Second);

        Assert.Equal(new IceEvent.Failed(IceFailure.NoCandidatePairs), pair.LeftEvents[^1]);
    }

    [Fact]
    public void Fails_with_its_reason_when_only_one_direction_works()
    {
        var pair = new IcePair { IsLost = (isLeft, _) => !isLeft };
        pair.Connect();
        pair.Run(60 * Second);

        Assert.Equal(new IceEvent.Failed(IceFailure.OneWay), pair.RightEvents[^1]);
        Assert.Equal(new IceEvent.Failed(IceFailure.NoAnswer), pair.LeftEvents[^1]);
    }

    [Fact]
    public void Hostile_datagrams_are_dropped_and_counted()
    {
        var pair = Connected();
        var path = pair.Left.SelectedPath!.Value;
        var before = pair.Left.Counters.Dropped;
        byte[] garbage = [0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
        for (var length = 0; length <= garbage.Length; length++)
        {
            pair.Left.HandleDatagram(pair.Now, path, garbage.AsSpan(0, length));
        }

        pair.Left.HandleDatagram(pair.Now, path, Stun.Rfc5769Vectors.SampleRequest);
        pair.Left.HandleDatagram(pair.Now, path, Stun.Rfc5769Vectors.SampleIPv4Response);

        Assert.Equal(before + garbage.Length + 3, pair.Left.Counters.Dropped);
        Assert.False(pair.Left.TryTransmit(pair.Now, new byte[600], out _, out _));
    }

    [Fact]
    public void A_burst_of_repeated_checks_is_answered_in_bounded_number()
    {
        var pair = new IcePair();
        var request = new byte[600];
        pair.Right.SetRemote(Instant.Start, pair.Left.Credentials, pair.Left.LocalCandidates);
        Assert.True(pair.Right.TryTransmit(Instant.Start, request, out var length, out var path));
        var arriving = new NetworkPath(path.Remote, path.Local);
        for (var count = 0; count < 1000; count++)
        {
            pair.Left.HandleDatagram(Instant.Start, arriving, request.AsSpan(0, length));
        }

        var responses = 0;
        while (pair.Left.TryTransmit(Instant.Start, new byte[600], out _, out _))
        {
            responses++;
        }

        Assert.Equal(16, responses);
    }

    private static IcePair Connected()
    {
        var pair = new IcePair();
        pair.Connect();
        pair.Run(3 * Second);
        Assert.True(pair.AreConnected);
        return pair;
    }
}
