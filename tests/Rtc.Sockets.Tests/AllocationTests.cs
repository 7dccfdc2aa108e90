using Xunit;

namespace QuicPair.Rtc.Sockets.Tests;

/// <summary>
/// What a packet costs the collector, with sockets and both ends in one process. The collector counts the whole
/// process, so no other test runs meanwhile.
/// </summary>
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
[Collection(nameof(AllocationTests))]
public sealed class AllocationTests(ITestOutputHelper output)
{
    private const int Patience = 300_000;
    private const int Longest = 16 * 1024;
    private const int UnderWay = 4;

    private static readonly bool IsSoak = Environment.GetEnvironmentVariable("QUICPAIR_SOAK") is not null;

    // Odd, for a median; so many that two looks at our addresses, 15 s apart, do not make it.
    private static readonly int Rounds = IsSoak ? 5 : 9;

    private readonly byte[] _message = new byte[Longest];

    /// <summary>
    /// A fixed number of messages is under way, each sent from where one was answered: nobody waits, and no queue or
    /// pool can grow after the first round, however busy the machine is.
    /// </summary>
    [Theory(Timeout = Patience)]
    [InlineData(Longest, 1, 1_000, 70_000)]
    [InlineData(200, 200, 16_000, 500_000)]
    public async Task Packets_allocate_nothing(int length, int answerLength, int messages, int messagesOfSoak)
    {
        if (IsSoak) messages = messagesOfSoak;
        await using var pair = await PeerPair.Connect();
        var measured = new (long Bytes, long Datagrams)[Rounds];
        var left = 0;
        var answered = 0;
        var done = new TaskCompletionSource();
        pair.MacChannel.OnMessage = (message, _) => pair.MacChannel.TrySend(message.Span[..answerLength]);
        pair.PhoneChannel.OnMessage = (_, _) =>
        {
            if (++answered == messages) done.SetResult();
            if (left-- > 0) pair.PhoneChannel.TrySend(_message.AsSpan(0, length));
        };

        for (var round = 0; round < Rounds; round++)
        {
            done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            (answered, left) = (0, messages - UnderWay);
            var datagrams = Datagrams(pair);
            var bytes = GC.GetTotalAllocatedBytes(precise: true);
            for (var sent = 0; sent < UnderWay; sent++) pair.PhoneChannel.TrySend(_message.AsSpan(0, length));
            await done.Task.WaitAsync(TestContext.Current.CancellationToken);
            bytes = GC.GetTotalAllocatedBytes(precise: true) - bytes;
            measured[round] = (bytes, Datagrams(pair) - datagrams);
        }

        foreach (var round in measured) output.WriteLine($"{round.Bytes} bytes for {round.Datagrams} datagrams");

        // What is left belongs to the clock: a round in which our addresses are looked at has more. One object for
        // every message of sixteen datagrams would be more in all rounds.
        var median = measured.OrderBy(round => (double)round.Bytes / round.Datagrams).ElementAt(Rounds / 2);
        Assert.True(median.Bytes < median.Datagrams, $"{median.Bytes} bytes for {median.Datagrams} datagrams");
    }

    private static long Datagrams(PeerPair pair) =>
        pair.Phone.Statistics.DatagramsSent + pair.Mac.Statistics.DatagramsSent;
}
