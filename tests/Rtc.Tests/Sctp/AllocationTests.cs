using System.Runtime.CompilerServices;
using QuicPair.Rtc.Channels;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Tests.Simulation;
using Xunit;

namespace QuicPair.Rtc.Tests.Sctp;

/// <summary>
/// The packet path allocates nothing once it is warm, in both directions, with and without loss. QUICPAIR_SOAK=1 looks
/// at a million packets instead of a hundred thousand.
/// </summary>
public sealed class AllocationTests
{
    private static readonly int Packets =
        Environment.GetEnvironmentVariable("QUICPAIR_SOAK") == "1" ? 1_000_000 : 100_000;

    // What a type keeps once for all it makes at its first use, which may be long after the first packet.
    static AllocationTests()
    {
        foreach (var type in typeof(DataChannels).Assembly.GetTypes().Where(type => !type.ContainsGenericParameters))
        {
            RuntimeHelpers.RunClassConstructor(type.TypeHandle);
        }
    }

    private readonly byte[] _packet = new byte[1200];
    private readonly byte[] _message = new byte[16 * 1024];
    private Instant _now = Instant.Start + TimeSpan.FromSeconds(1);
    private long _packets;
    private long _messages;

    [Theory]
    [InlineData(16 * 1024, 0)]
    [InlineData(200, 0)]
    [InlineData(16 * 1024, 50)]
    public void A_hundred_thousand_packets_allocate_nothing(int messageLength, int dropEvery)
    {
        var random = new SplitMix(1);
        // A window that is full soon: the buffers grow until it is.
        var options = new SctpOptions { ReceiveWindow = 256 * 1024 };
        var left = new DataChannels(options, random, isDtlsClient: true);
        var right = new DataChannels(options, random, isDtlsClient: false);
        left.Connect(_now);
        Assert.True(left.TryOpen(_now, new ChannelParameters(), out var id));
        Run(left, right, id, messageLength, dropEvery, packets: 60_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var messagesBefore = _messages;
        Run(left, right, id, messageLength, dropEvery, packets: Packets);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(0, allocated);
        Assert.True(_messages - messagesBefore > 1000, $"{_messages - messagesBefore} messages");
    }

    private void Run(
        DataChannels left, DataChannels right, StreamId id, int length, int dropEvery, int packets)
    {
        var end = _packets + packets;
        while (_packets < end)
        {
            _now += TimeSpan.FromMilliseconds(1);
            Turn(left, right, id, length, dropEvery);
            Turn(right, left, id, length, dropEvery);
        }
    }

    private void Turn(DataChannels from, DataChannels to, StreamId id, int length, int dropEvery)
    {
        while (from.TryTake(out var happened))
        {
            _messages += happened.Kind == ChannelEventKind.Message ? 1 : 0;
        }

        while (from.BufferedAmount(id) < 64 * 1024
            && from.Send(_now, id, _message.AsSpan(0, length)) == SendOutcome.Accepted)
        {
        }

        if (from.NextTimeout is { } timeout && timeout <= _now)
        {
            from.HandleTimeout(_now);
        }

        while (from.TryTransmit(_now, _packet, out var packetLength))
        {
            _packets++;
            if (dropEvery == 0 || _packets % dropEvery != 0)
            {
                to.HandleDatagram(_now, _packet.AsSpan(0, packetLength));
            }
        }
    }
}
