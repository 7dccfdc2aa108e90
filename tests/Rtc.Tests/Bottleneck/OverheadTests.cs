using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Tests.Simulation;
using Xunit;

namespace QuicPair.Rtc.Tests.Bottleneck;

/// <summary>Bytes that SCTP sends for each byte that arrives; the round trip is 50 ms.</summary>
public sealed class OverheadTests
{
    private const int Tokens = 1_000;
    private const int TokenLength = 200;

    private static readonly LinkOptions Path = LinkOptions.Clean(TimeSpan.FromMilliseconds(25));

    [Fact]
    public void A_stream_of_tokens_is_not_repeated_where_nothing_is_lost() =>
        Assert.InRange(Stream(Path), 1, 1.2);

    [Fact]
    public void A_stream_of_tokens_goes_at_most_three_times_where_packets_are_lost() =>
        Assert.InRange(Stream(Path with { Loss = 0.02 }), 1.2, 3.5);

    [Theory]
    [InlineData(20)]
    [InlineData(50)]
    [InlineData(100)]
    public void A_stream_of_tokens_is_hardly_repeated_where_packets_overtake_each_other(int roundTrip)
    {
        var link = LinkOptions.Clean(TimeSpan.FromMilliseconds(roundTrip / 2.0)) with
        {
            Jitter = TimeSpan.FromMilliseconds(30),
        };
        for (ulong seed = 1; seed <= 20; seed++) Assert.InRange(Stream(link, seed), 1, 1.4);
    }

    [Theory]
    [InlineData(0, 2_500_000)]
    [InlineData(0.01, 25_000_000)]
    public void Bulk_costs_a_tenth_more_at_most(double loss, double bytesPerSecond)
    {
        var link = Path with
        {
            Loss = loss,
            BytesPerSecond = bytesPerSecond,
            QueueBytes = (int)(bytesPerSecond / 20),
        };
        var pair = ChannelPair.Create(link);
        pair.Connect();
        var id = pair.Open();
        var before = pair.ToRight.BytesSent;
        for (var count = 0; count < 500; count++) pair.Send(pair.Left, id, new byte[16 * 1024]);
        pair.RunUntil(() => pair.Right.Messages.Count == 500, TimeSpan.FromSeconds(60), "bulk");
        Assert.InRange((pair.ToRight.BytesSent - before) / (500.0 * 16 * 1024), 1, 1.1);
    }

    private static double Stream(LinkOptions link, ulong seed = 1)
    {
        var pair = ChannelPair.Create(link, seed);
        pair.Connect();
        var id = pair.Open();
        for (var count = 0; count < 40; count++) Send();
        var before = pair.ToRight.BytesSent;
        for (var count = 0; count < Tokens; count++) Send();
        return (pair.ToRight.BytesSent - before) / (double)(Tokens * TokenLength);

        void Send()
        {
            Assert.Equal(SendOutcome.Accepted, pair.Send(pair.Left, id, new byte[TokenLength]));
            pair.RunFor(TimeSpan.FromMilliseconds(20));
        }
    }
}
