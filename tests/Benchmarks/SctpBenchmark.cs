using BenchmarkDotNet.Attributes;
using QuicPair.Rtc.Channels;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp;

namespace QuicPair.Benchmarks;

/// <summary>
/// One megabyte from one association to another in memory: cutting, packets, checksums, acknowledgements and
/// reassembly of both ends, without DTLS and sockets.
/// </summary>
[MemoryDiagnoser]
public class SctpBenchmark
{
    private const int Total = 1024 * 1024;

    private readonly byte[] _packet = new byte[1200];
    private DataChannels _sender = null!;
    private DataChannels _receiver = null!;
    private StreamId _channel;
    private byte[] _message = [];
    private Instant _now = Instant.Start + TimeSpan.FromSeconds(1);
    private int _received;

    [Params(200, 16 * 1024)]
    public int MessageBytes { get; set; }

    [GlobalSetup]
    public void Connect()
    {
        _message = new byte[MessageBytes];
        _sender = new DataChannels(new SctpOptions(), new Steps(1), isDtlsClient: true);
        _receiver = new DataChannels(new SctpOptions(), new Steps(2), isDtlsClient: false);
        _sender.Connect(_now);
        _ = _sender.TryOpen(_now, new ChannelParameters(), out _channel);
        for (var round = 0; round < 20; round++)
        {
            Megabyte();
        }
    }

    [Benchmark]
    public int Megabyte()
    {
        _received = 0;
        while (_received < Total)
        {
            while (_sender.BufferedAmount(_channel) < 64 * 1024
                && _sender.Send(_now, _channel, _message) == SendOutcome.Accepted)
            {
            }

            _now += TimeSpan.FromMilliseconds(1);
            Turn(_sender, _receiver);
            Turn(_receiver, _sender);
        }

        return _received;
    }

    private void Turn(DataChannels from, DataChannels to)
    {
        while (from.TryTake(out var happened))
        {
            _received += happened.Payload.Length;
        }

        if (from.NextTimeout is { } timeout && timeout <= _now)
        {
            from.HandleTimeout(_now);
        }

        while (from.TryTransmit(_now, _packet, out var length))
        {
            to.HandleDatagram(_now, _packet.AsSpan(0, length));
        }
    }

    private sealed class Steps(byte seed) : IEntropy
    {
        private byte _next = seed;

        public void Fill(Span<byte> destination)
        {
            foreach (ref var value in destination)
            {
                value = _next += 7;
            }
        }
    }
}
