using QuicPair.Rtc.Tests.Simulation;
using Xunit;

namespace QuicPair.Rtc.Tests.Bottleneck;

/// <summary>
/// Who gets what of a link with a queue that drops what does not fit, over a minute of virtual time after ten seconds;
/// docs/decisions/0009 has the whole table. QUICPAIR_SOAK=1 runs more links and seeds.
/// </summary>
public sealed class FairnessTests
{
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Minute = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(5);
    private static readonly bool IsSoak = Environment.GetEnvironmentVariable("QUICPAIR_SOAK") == "1";

    /// <summary>Mbit/s, round trip in ms, queue in ms.</summary>
    public static TheoryData<double, double, double> Links()
    {
        var links = new TheoryData<double, double, double> { { 10, 50, 10 }, { 10, 50, 50 }, { 10, 50, 200 } };
        if (!IsSoak) return links;
        links.AddRange((10, 50, 25), (10, 50, 100), (5, 100, 100));
        links.AddRange((20, 50, 25), (50, 20, 20), (50, 50, 50));
        return links;
    }

    [Theory]
    [MemberData(nameof(Links))]
    public void A_reno_flow_keeps_two_fifths_of_the_link(double rate, double roundTrip, double queue)
    {
        var link = Link(rate, roundTrip, queue);
        foreach (var seed in Seeds())
        {
            Check(seed, Flows.Reno(), Flows.Ours(seed));
            Check(seed, Flows.Reno() with { Begins = Late }, Flows.Ours(seed));
        }

        void Check(ulong seed, Flow reno, Flow ours)
        {
            var shares = Shares(link, seed, reno, ours);
            Assert.True(shares[0] >= 0.4, $"seed {seed}: Reno has {shares[0]:P1}, we have {shares[1]:P1}");
        }
    }

    [Theory]
    [InlineData(50)]
    [InlineData(200)]
    public void A_reno_flow_keeps_two_fifths_beside_ours_whose_receiver_calls_every_repetition_needless(double queue)
    {
        foreach (var seed in Seeds())
        {
            var shares = Shares(Link(10, 50, queue), seed, Flows.Reno(), Flows.OursReportedTwice(seed));
            Assert.True(shares[0] >= 0.4, $"seed {seed}: Reno has {shares[0]:P1}, we have {shares[1]:P1}");
        }
    }

    [Theory]
    [MemberData(nameof(Links))]
    public void Two_of_ours_share_the_link_though_one_comes_late(double rate, double roundTrip, double queue)
    {
        foreach (var seed in Seeds())
        {
            var shares = Shares(
                Link(rate, roundTrip, queue), seed, Flows.Ours(seed), Flows.Ours(seed + 100) with { Begins = Late });
            var jain = shares.Sum() * shares.Sum() / shares.Length / shares.Sum(share => share * share);
            Assert.True(jain >= 0.95, $"seed {seed}: {shares[0]:P1} and {shares[1]:P1}, Jain {jain:F3}");
            Assert.True(shares.Sum() >= 0.9, $"seed {seed}: {shares.Sum():P1} of the link in use");
        }
    }

    [Fact]
    public void Losses_by_chance_cost_a_flow_of_ours_a_tenth_of_what_they_cost_reno()
    {
        var link = Link(40, 50, 50) with { Loss = 0.01 };
        foreach (var seed in Seeds())
        {
            var reno = Shares(link, seed, Flows.Reno())[0];
            var ours = Shares(link, seed, Flows.Ours(seed))[0];
            Assert.True(ours >= 10 * reno, $"seed {seed}: Reno {reno:P1} of the link, ours {ours:P1}");
        }
    }

    [Fact]
    public void A_reno_flow_loses_nothing_to_ours_that_chance_has_left_it()
    {
        var link = Link(10, 50, 50) with { Loss = 0.01 };
        foreach (var seed in Seeds())
        {
            var alone = Shares(link, seed, Flows.Reno())[0];
            var beside = Shares(link, seed, Flows.Reno(), Flows.Ours(seed))[0];
            Assert.True(beside >= 0.8 * alone, $"seed {seed}: {alone:P1} of the link alone, {beside:P1} beside ours");
        }
    }

    private static IEnumerable<ulong> Seeds() => IsSoak ? [1, 2, 3, 4, 5] : [1];

    private static double[] Shares(LinkOptions link, ulong seed, params Flow[] flows)
    {
        var shared = new SharedLink(link, seed, flows);
        shared.RunFor(Settle);
        return [.. shared.Measure(Minute).Select(rate => rate / link.BytesPerSecond!.Value)];
    }

    private static LinkOptions Link(double megabits, double roundTrip, double queue) => new()
    {
        Delay = TimeSpan.FromMilliseconds(roundTrip / 2),
        BytesPerSecond = megabits * 125_000,
        QueueBytes = (int)(megabits * 125 * queue),
    };
}
