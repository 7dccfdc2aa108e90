using System.Buffers.Binary;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Tests.Simulation;

namespace QuicPair.Rtc.Tests.Bottleneck;

/// <summary>Acknowledges every packet of a <see cref="RenoSender"/>.</summary>
internal sealed class RenoReceiver : IEndpoint
{
    private readonly Queue<long> _owed = new();
    private readonly HashSet<long> _early = [];
    private long _next;

    /// <summary>Bytes that arrived, each counted once.</summary>
    public long Delivered { get; private set; }

    public Instant? NextTimeout => null;

    public void HandleDatagram(Instant now, ReadOnlySpan<byte> packet)
    {
        _owed.Enqueue(BinaryPrimitives.ReadInt64BigEndian(packet));
        var sequence = BinaryPrimitives.ReadInt64BigEndian(packet[sizeof(long)..]);
        if (sequence < _next || !_early.Add(sequence)) return;
        Delivered += packet.Length;
        while (_early.Remove(_next)) _next++;
    }

    public void HandleTimeout(Instant now)
    {
    }

    public bool TryTransmit(Instant now, Span<byte> destination, out int length)
    {
        length = 0;
        if (!_owed.TryDequeue(out var order)) return false;
        length = 40;
        destination[..length].Clear();
        BinaryPrimitives.WriteInt64BigEndian(destination, order);
        return true;
    }

    public void TakeEvents(Instant now)
    {
    }
}
