using QuicPair.Rtc.Stun;
using QuicPair.Rtc.Tests.Ice;
using QuicPair.Rtc.Tests.Turn;
using QuicPair.Rtc.Turn;
using Xunit;

namespace QuicPair.Rtc.Tests.Hostile;

/// <summary>A TURN server that keeps to the protocol as it likes.</summary>
public sealed class LyingTurnTests
{
    private static readonly byte[] Data = [20, 1, 2];

    [Fact]
    public void A_server_whose_nonce_is_never_good_is_given_up()
    {
        var pair = new TurnPair();
        pair.Server.Refusals[StunMethod.Allocate] = StunErrorCode.StaleNonce;
        pair.Start();
        pair.RunFor(TimeSpan.FromMinutes(5));

        Assert.Equal(TurnState.Failed, pair.Client.State);
        Assert.InRange(pair.Sent, 2, 10);
    }

    [Fact]
    public void A_lifetime_of_nothing_makes_no_storm()
    {
        var pair = new TurnPair();
        pair.Server.Lifetime = TimeSpan.Zero;
        pair.Start();
        pair.RunFor(TimeSpan.FromHours(1));

        Assert.InRange(pair.Sent, 3, 400);
    }

    [Fact]
    public void A_lifetime_for_ever_is_refreshed_or_ends_without_harm()
    {
        var pair = new TurnPair();
        pair.Server.Lifetime = TimeSpan.FromSeconds(uint.MaxValue);
        pair.Start();
        pair.RunFor(TimeSpan.FromHours(1));

        Assert.Equal(TurnState.Allocated, pair.Client.State);
    }

    [Fact]
    public void A_nonce_of_a_kilobyte_is_not_carried_about()
    {
        var pair = new TurnPair();
        pair.Server.Nonce = new string('n', 1000);
        pair.Start();
        pair.RunFor(TimeSpan.FromMinutes(5));

        Assert.Equal(TurnState.Failed, pair.Client.State);
    }

    [Fact]
    public void Data_for_thousands_of_peers_asks_for_few_at_a_time()
    {
        var pair = TurnPair.Allocated();
        pair.IsSilent = true;
        var before = pair.Sent;
        for (var count = 0; count < 5000; count++)
        {
            pair.Send(IcePair.Address($"192.0.{count / 250}.{1 + (count % 250)}", 6000), Data);
        }

        Assert.InRange(pair.Sent - before, 0, 64);
    }

    [Fact]
    public void A_flood_of_data_and_answers_draws_nothing()
    {
        var pair = TurnPair.Allocated();
        var before = pair.Sent;
        var output = new byte[2000];
        for (var count = 0; count < 10_000; count++)
        {
            var sender = IcePair.Address($"203.0.113.{1 + (count % 250)}", 6000);
            _ = pair.Client.TryReceive(pair.Now, ScriptedTurn.Indicate(sender, Data), out _, out _);
            _ = pair.Client.TryReceive(pair.Now, pair.LastAnswer, out _, out _);
            _ = pair.Client.TryReceive(pair.Now, [0x40, (byte)count, 0, 3, .. Data], out _, out _);
        }

        Assert.False(pair.Client.TryTransmit(pair.Now, output, out _));
        Assert.Equal(before, pair.Sent);
        Assert.Equal(30_000, pair.Client.Counters.Dropped);
    }
}
