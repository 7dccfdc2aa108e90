using Xunit;

namespace QuicPair.Rtc.Sockets.Tests;

/// <summary>What a packet costs the collector, with sockets and both ends in one process.</summary>
public sealed class AllocationTests(ITestOutputHelper output)
{
    private const int Patience = 120_000;
    private const int MessageLength = 16 * 1024;
    private const int Rounds = 12;
    private const int SmallestObject = 24;

    private readonly byte[] _message = new byte[MessageLength];

    [Fact(Timeout = Patience)]
    public async Task Bulk_allocates_less_than_an_object_per_datagram()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var pair = await PeerPair.Connect();
        pair.MacChannel.OnMessage = (_, _) => { };

        // The pools grow until they hold the longest queue that there ever was, in later rounds hardly ever.
        for (var round = 0; round < Rounds; round++)
        {
            var (bytes, datagrams) = (GC.GetTotalAllocatedBytes(precise: true), Datagrams(pair));
            await Bulk(pair, cancellation);
            bytes = GC.GetTotalAllocatedBytes(precise: true) - bytes;
            datagrams = Datagrams(pair) - datagrams;
            output.WriteLine($"{bytes} bytes for {datagrams} datagrams");

            // What is left is the waiting for room, and pools that grow with the queues of a busy machine.
            if (bytes < SmallestObject * datagrams) return;
        }

        Assert.Fail("Every round allocates an object and more for each datagram.");
    }

    private static long Datagrams(PeerPair pair) =>
        pair.Phone.Statistics.DatagramsSent + pair.Mac.Statistics.DatagramsSent;

    private async Task Bulk(PeerPair pair, CancellationToken cancellation)
    {
        for (var sent = 0; sent < 1_000; sent++)
        {
            if (sent % 32 == 0) await pair.PhoneChannel.BufferedAmountBelow(64 << 10, cancellation);
            Assert.True(pair.PhoneChannel.TrySend(_message));
        }

        await pair.PhoneChannel.BufferedAmountBelow(0, cancellation);
    }
}
