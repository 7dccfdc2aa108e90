using QuicPair.Rtc.Channels;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Tests.Simulation;
using Xunit;

namespace QuicPair.Rtc.Tests.Sctp;

/// <summary>1 MB each way at the same time over a bad path. QUICPAIR_SOAK=1 runs 1,000 seeds.</summary>
public sealed class TransferTests
{
    private const int Total = 1_000_000;
    private const int MessageLength = 16 * 1024;

    private static readonly LinkOptions Bad = new()
    {
        Delay = TimeSpan.FromMilliseconds(25),
        Loss = 0.05,
        Reorder = 0.05,
        Duplicate = 0.02,
        Jitter = TimeSpan.FromMilliseconds(1),
    };

    [Fact]
    public void A_megabyte_each_way_survives_loss_reordering_and_duplication()
    {
        var seeds = Environment.GetEnvironmentVariable("QUICPAIR_SOAK") == "1" ? 1_000 : 40;
        var results = new List<(double Seconds, double Overhead, ulong Seed)>();
        for (var seed = 1UL; seed <= (ulong)seeds; seed++)
        {
            results.Add(Transfer(seed));
        }

        var slowest = results.MaxBy(result => result.Seconds);
        var fattest = results.MaxBy(result => result.Overhead);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{seeds} seeds: mean {results.Average(r => r.Seconds):F2} s, slowest {slowest.Seconds:F2} s "
            + $"(seed {slowest.Seed}), mean {results.Average(r => r.Overhead):F3} bytes per byte, "
            + $"most {fattest.Overhead:F3} (seed {fattest.Seed})");
        Assert.True(slowest.Seconds <= 16, $"seed {slowest.Seed}: {slowest.Seconds:F2} s");
        Assert.True(fattest.Overhead <= 1.3, $"seed {fattest.Seed}: {fattest.Overhead:F3} bytes per byte");
    }

    private static (double Seconds, double Overhead, ulong Seed) Transfer(ulong seed)
    {
        var pair = ChannelPair.Create(Bad, seed);
        pair.Left.Channels.Connect(pair.Now);
        pair.Right.Channels.Connect(pair.Now);
        var parameters = new ChannelParameters { Label = "llm" };
        Assert.True(pair.Left.Channels.TryOpen(pair.Now, parameters, out var id));
        var left = new Sink(seed + 1);
        var right = new Sink(seed);
        pair.Left.OnEvent = left.Take;
        pair.Right.OnEvent = (now, happened) =>
        {
            if (happened.Kind == ChannelEventKind.Opened)
            {
                SendAll(pair.Right, now, id, seed + 1);
            }

            return right.Take(now, happened);
        };
        var start = pair.Now;
        SendAll(pair.Left, start, id, seed);
        pair.RunUntil(
            () => left.Received == Total && right.Received == Total, TimeSpan.FromSeconds(120), "transfer");
        var seconds = (pair.Now - start).TotalSeconds;
        var sent = pair.ToLeft.BytesSent + pair.ToRight.BytesSent;
        return (seconds, sent / (2.0 * Total), seed);
    }

    private static void SendAll(ChannelEndpoint from, Instant now, StreamId id, ulong seed)
    {
        var random = new SplitMix(seed);
        var message = new byte[MessageLength];
        for (var sent = 0; sent < Total; sent += MessageLength)
        {
            var length = Math.Min(MessageLength, Total - sent);
            random.Fill(message.AsSpan(0, length));
            Assert.Equal(SendOutcome.Accepted, from.Channels.Send(now, id, message.AsSpan(0, length)));
        }
    }

    private sealed class Sink(ulong seed)
    {
        private readonly SplitMix _expected = new(seed);
        private readonly byte[] _message = new byte[MessageLength];

        public int Received { get; private set; }

        public bool Take(Instant now, ChannelEvent happened)
        {
            if (happened.Kind != ChannelEventKind.Message)
            {
                return false;
            }

            var expected = _message.AsSpan(0, Math.Min(MessageLength, Total - Received));
            _expected.Fill(expected);
            Assert.True(
                expected.SequenceEqual(happened.Payload.Span), $"seed {seed}: wrong message at {Received}");
            Received += expected.Length;
            return true;
        }
    }
}
