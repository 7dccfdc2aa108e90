using QuicPair.Rtc.Machine;

namespace QuicPair.Rtc.Tests.Simulation;

/// <summary>
/// One direction of a path in virtual time: loss, delay, reordering, duplication, MTU and a bottleneck.
/// </summary>
public sealed class Link(LinkOptions options, SplitMix random)
{
    private readonly PriorityQueue<byte[], (Instant At, long Order)> _inFlight = new();
    private readonly Stack<byte[]> _buffers = new();
    private long _order;
    private Instant _bottleneckFree;

    public LinkOptions Options { get; set; } = options;

    /// <summary>Decides about single packets before chance does: true to drop it.</summary>
    public Func<ReadOnlyMemory<byte>, bool>? Drop { get; set; }

    public long PacketsSent { get; private set; }

    public long BytesSent { get; private set; }

    public Instant? NextArrival =>
        _inFlight.TryPeek(out _, out var priority) ? priority.At : null;

    public void Send(Instant now, ReadOnlySpan<byte> packet)
    {
        PacketsSent++;
        BytesSent += packet.Length;
        if (packet.Length > Options.Mtu
            || random.NextFraction() < Options.Loss
            || Drop?.Invoke(packet.ToArray()) == true
            || !TryPassBottleneck(now, packet.Length, out var departure))
        {
            return;
        }

        Deliver(departure, packet);
        if (random.NextFraction() < Options.Duplicate)
        {
            Deliver(departure, packet);
        }
    }

    /// <summary>
    /// Takes the next packet that has arrived by <paramref name="now"/>; give it back with <see
    /// cref="Return"/>.
    /// </summary>
    public bool TryReceive(Instant now, out byte[] buffer, out int length)
    {
        buffer = [];
        length = 0;
        if (!_inFlight.TryPeek(out _, out var priority) || priority.At > now)
        {
            return false;
        }

        buffer = _inFlight.Dequeue();
        length = BitConverter.ToInt32(buffer.AsSpan(^sizeof(int)..));
        return true;
    }

    public void Return(byte[] buffer) => _buffers.Push(buffer);

    private void Deliver(Instant departure, ReadOnlySpan<byte> packet)
    {
        var arrival = departure + Options.Delay + (Options.Jitter * random.NextFraction());
        if (random.NextFraction() < Options.Reorder)
        {
            arrival += Options.ReorderDelay;
        }

        var buffer = _buffers.TryPop(out var used) ? used : new byte[2048 + sizeof(int)];
        packet.CopyTo(buffer);
        BitConverter.TryWriteBytes(buffer.AsSpan(^sizeof(int)..), packet.Length);
        _inFlight.Enqueue(buffer, (arrival, _order++));
    }

    private bool TryPassBottleneck(Instant now, int length, out Instant departure)
    {
        departure = now;
        if (Options.BytesPerSecond is not { } rate)
        {
            return true;
        }

        var start = _bottleneckFree > now ? _bottleneckFree : now;
        if ((start - now).TotalSeconds * rate > Options.QueueBytes)
        {
            return false;
        }

        _bottleneckFree = departure = start + TimeSpan.FromSeconds(length / rate);
        return true;
    }
}
