namespace QuicPair.Rtc.Sockets.Loop;

/// <summary>Messages that came before anybody wanted them. Used by the one thread that delivers.</summary>
internal sealed class KeptMessages
{
    // Ours: four of the largest messages; who opens a channel soon reads it.
    private const int MaximumBytes = 1 << 20;

    private readonly Queue<(byte[] Message, bool Text)> _messages = new();
    private int _bytes;

    public bool TryAdd(ReadOnlyMemory<byte> message, bool text)
    {
        if (_bytes + message.Length > MaximumBytes) return false;
        _bytes += message.Length;
        _messages.Enqueue((message.ToArray(), text));
        return true;
    }

    public bool TryTake(out byte[] message, out bool text)
    {
        var taken = _messages.TryDequeue(out var kept);
        (message, text) = kept;
        if (taken) _bytes -= message.Length;
        return taken;
    }
}
