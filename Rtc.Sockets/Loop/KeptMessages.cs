using System.Runtime.CompilerServices;

namespace QuicPair.Rtc.Sockets.Loop;

/// <summary>
/// Messages of one channel that came before anybody wanted them. Used by the one thread that delivers.
/// </summary>
/// <param name="total">Bytes that all channels of the connection keep.</param>
internal sealed class KeptMessages(StrongBox<int> total)
{
    // Ours: four of the largest messages; who opens a channel soon reads it. And as much again for three others: a
    // peer may open a thousand.
    private const int MaximumBytes = 1 << 20;
    private const int MaximumTotal = 4 * MaximumBytes;

    private readonly Queue<(byte[] Message, bool Text)> _messages = new();
    private int _bytes;

    public bool TryAdd(ReadOnlyMemory<byte> message, bool text)
    {
        if (_bytes + message.Length > MaximumBytes || total.Value + message.Length > MaximumTotal) return false;
        _bytes += message.Length;
        total.Value += message.Length;
        _messages.Enqueue((message.ToArray(), text));
        return true;
    }

    public bool TryTake(out byte[] message, out bool text)
    {
        var taken = _messages.TryDequeue(out var kept);
        (message, text) = kept;
        if (!taken) return false;
        _bytes -= message.Length;
        total.Value -= message.Length;
        return true;
    }
}
