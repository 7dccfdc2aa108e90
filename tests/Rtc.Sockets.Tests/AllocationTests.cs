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
    private const int MessageLength = 16 * 1024;
    private const int UnderWay = 4;
    private const int Rounds = 4;

    private static readonly int MessagesPerRound =
        Environment.GetEnvironmentVariable("QUICPAIR_SOAK") is null ? 1_000 : 70_000;

    private readonly byte[] _message = new byte[MessageLength];

    /// <summary>
    /// A fixed number of messages is under way, each sent from where one was answered: nobody waits, and no queue or
    /// pool can grow after the first round, however busy the machine is.
    /// </summary>
    [Fact(Timeout = Patience)]
    public async Task Packets_allocate_nothing()
    {
        await using var pair = await PeerPair.Connect();
        var measured = new (long Bytes, long Datagrams)[Rounds];
        var left = 0;
        var answered = 0;
        var done = new TaskCompletionSource();
        pair.MacChannel.OnMessage = (message, _) => pair.MacChannel.TrySend(message.Span[..1]);
        pair.PhoneChannel.OnMessage = (_, _) =>
        {
            if (++answered == MessagesPerRound) done.SetResult();
            if (left-- > 0) pair.PhoneChannel.TrySend(_message);
        };

        for (var round = 0; round < Rounds; round++)
        {
            done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            (answered, left) = (0, MessagesPerRound - UnderWay);
            var datagrams = Datagrams(pair);
            var bytes = GC.GetTotalAllocatedBytes(precise: true);
            for (var sent = 0; sent < UnderWay; sent++) pair.PhoneChannel.TrySend(_message);
            await done.Task.WaitAsync(TestContext.Current.CancellationToken);
            bytes = GC.GetTotalAllocatedBytes(precise: true) - bytes;
            measured[round] = (bytes, Datagrams(pair) - datagrams);
        }

        foreach (var round in measured) output.WriteLine($"{round.Bytes} bytes for {round.Datagrams} datagrams");

        // What is left belongs to the clock: our addresses are looked at every few seconds. One object for every
        // message of sixteen datagrams would be more.
        Assert.Contains(measured, round => round.Bytes < round.Datagrams);
    }

    private static long Datagrams(PeerPair pair) =>
        pair.Phone.Statistics.DatagramsSent + pair.Mac.Statistics.DatagramsSent;
}
