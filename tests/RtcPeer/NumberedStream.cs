using System.Buffers.Binary;
using System.Diagnostics;
using QuicPair.Rtc.Sockets;

namespace QuicPair.RtcPeer;

/// <summary>Messages with a number in each: the receiving end knows which were lost, doubled or damaged.</summary>
internal sealed class NumberedStream(DataChannel channel, Action<object> tell)
{
    private const int Length = 200;

    private uint _next;
    private int _received;
    private int _doubled;
    private int _missing;
    private int _damaged;
    private long _lastAt;
    private double _longestSilence;

    /// <summary>Sends <paramref name="count"/> messages, then the one that ends the stream.</summary>
    public async Task Send(int count, TimeSpan gap, CancellationToken cancellation)
    {
        var message = new byte[Length];
        var begin = Stopwatch.GetTimestamp();
        for (uint number = 0; number < count; number++)
        {
            Fill(message, number);
            await Put(message, cancellation);
            var wait = (gap * (number + 1)) - Stopwatch.GetElapsedTime(begin);
            if (wait > TimeSpan.Zero) await Task.Delay(wait, cancellation);
        }

        var end = new byte[5];
        end[0] = Opcode.EndOfNumbered;
        BinaryPrimitives.WriteInt32LittleEndian(end.AsSpan(1), count);
        await Put(end, cancellation);
    }

    public void Take(ReadOnlySpan<byte> message)
    {
        var now = Stopwatch.GetTimestamp();
        if (_received > 0)
        {
            var silence = Stopwatch.GetElapsedTime(_lastAt, now).TotalMilliseconds;
            _longestSilence = Math.Max(_longestSilence, silence);
        }

        _lastAt = now;
        _received++;
        var number = BinaryPrimitives.ReadUInt32LittleEndian(message[1..]);
        Span<byte> expected = stackalloc byte[Length];
        Fill(expected, number);
        if (!message.SequenceEqual(expected)) _damaged++;
        if (number < _next)
        {
            _doubled++;
            return;
        }

        _missing += (int)(number - _next);
        _next = number + 1;
    }

    public void TakeEnd(ReadOnlySpan<byte> message)
    {
        var missing = _missing + BinaryPrimitives.ReadInt32LittleEndian(message[1..]) - (int)_next;
        tell(new
        {
            e = "streamed",
            received = _received,
            missing,
            doubled = _doubled,
            damaged = _damaged,
            longestSilence = _longestSilence,
        });
        (_next, _received, _doubled, _missing, _damaged, _longestSilence) = (0, 0, 0, 0, 0, 0);
    }

    private static void Fill(Span<byte> message, uint number)
    {
        for (var index = 0; index < message.Length; index++) message[index] = (byte)((number * 31) + (uint)index);
        message[0] = Opcode.Numbered;
        BinaryPrimitives.WriteUInt32LittleEndian(message[1..], number);
    }

    private async Task Put(byte[] message, CancellationToken cancellation)
    {
        while (!channel.TrySend(message))
        {
            if (channel.Closed.IsCompleted) return;
            await channel.BufferedAmountBelow(Length, cancellation);
        }
    }
}
