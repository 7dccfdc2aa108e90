namespace QuicPair.Rtc.Sockets.Gathering.Relays;

/// <summary>
/// Bytes on their way from the loop, which must not wait, to a thread that may: whole messages or nothing.
/// </summary>
internal sealed class SendRing
{
    // Ours: a quarter of a second at 8 Mbit/s; more would only be delay.
    private const int Capacity = 256 << 10;

    private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(Capacity);
    private readonly object _gate = new();
    private int _start;
    private int _count;
    private bool _isClosed;

    /// <summary>Takes a message; false when there is no room for all of it.</summary>
    public bool TryAdd(ReadOnlySpan<byte> message)
    {
        lock (_gate)
        {
            if (_isClosed || message.Length > Capacity - _count) return false;
            var at = (_start + _count) % Capacity;
            var first = Math.Min(message.Length, Capacity - at);
            message[..first].CopyTo(_bytes.AsSpan(at));
            message[first..].CopyTo(_bytes);
            _count += message.Length;
            Monitor.Pulse(_gate);
            return true;
        }
    }

    /// <summary>
    /// Waits for bytes; they stay until <see cref="Remove"/>. Empty when the ring is closed and all of them are out.
    /// </summary>
    public ReadOnlySpan<byte> Wait()
    {
        lock (_gate)
        {
            while (_count == 0 && !_isClosed) Monitor.Wait(_gate);
            return _bytes.AsSpan(_start, Math.Min(_count, Capacity - _start));
        }
    }

    /// <summary>The first bytes are out.</summary>
    public void Remove(int count)
    {
        lock (_gate) (_start, _count) = ((_start + count) % Capacity, _count - count);
    }

    /// <summary>Takes nothing more.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            Monitor.PulseAll(_gate);
        }
    }
}
