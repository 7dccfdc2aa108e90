using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Tests.Simulation;
using Xunit;

namespace QuicPair.Rtc.Tests.Bottleneck;

/// <summary>Bytes that SCTP sends for each byte that arrives; the round trip is 50 ms.</summary>
public sealed class OverheadTests
{
    private const int Tokens = 1_000;
    private const int TokenLength = 200;

    [Fact]
    public void A_stream_of_tokens_is_not_repeated_where_nothing_is_lost() =>
        Assert.InRange(Stream(loss: 0), 1, 1.2);

    [Fact]
    public void A_stream_of_tokens_goes_at_most_three_times_where_packets_are_lost() =>
        Assert.InRange(Stream(loss: 0.02), 1.2, 3.5);

    [Theory]
    [InlineData(0, 2_500_000)]
    [InlineData(0.01, 25_000_000)]
    public void Bulk_costs_a_tenth_more_at_most(double loss, double bytesPerSecond)
    {
        var link = LinkOptions.Clean(TimeSpan.FromMilliseconds(25)) with
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

    private static double Stream(double loss)
    {
        var pair = ChannelPair.Create(LinkOptions.Clean(TimeSpan.FromMilliseconds(25)) with { Loss = loss });
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
