using System.Diagnostics;
using QuicPair.Nat.Lab;

namespace QuicPair.Links;

/// <summary>One way over the link: what is under way, and what was counted.</summary>
internal sealed class Direction(LinkSettings settings, TunDevice to, Random random)
{
    private const int MostUnderWay = 100_000;

    private readonly PriorityQueue<byte[], (long Due, long Order)> _underWay = new();
    private readonly double _perMillisecond = Stopwatch.Frequency / 1000.0;
    private double _free;
    private long _order;
    private bool _isInBurst;

    /// <summary>Packets that were sent into the link.</summary>
    public long Packets { get; private set; }

    /// <summary>Their bytes, with IP headers.</summary>
    public long Bytes { get; private set; }

    /// <summary>Packets that vanished, in the queue or by chance.</summary>
    public long Lost { get; private set; }

    public long? NextDue => _underWay.TryPeek(out _, out var first) ? first.Due : null;

    public void Take(long now, ReadOnlySpan<byte> packet)
    {
        Packets++;
        Bytes += packet.Length;
        if (IsLost() || _underWay.Count == MostUnderWay || !TryPassBottleneck(now, packet.Length, out var departure))
        {
            Lost++;
            return;
        }

        var delay = (settings.RoundTrip / 2) + (settings.Jitter * random.NextDouble());
        var due = departure + (delay.TotalMilliseconds * _perMillisecond);
        _underWay.Enqueue(packet.ToArray(), ((long)due, _order++));
    }

    public void Forward(long now)
    {
        while (_underWay.TryPeek(out var packet, out var first) && first.Due <= now)
        {
            _underWay.Dequeue();
            to.Write(packet);
        }
    }

    // Gilbert's model: in a burst everything is lost, and it ends with one of "burst" packets.
    private bool IsLost()
    {
        if (settings.Loss <= 0) return false;
        if (settings.Burst <= 1) return random.NextDouble() < settings.Loss;
        var begins = settings.Loss / (settings.Burst * (1 - settings.Loss));
        _isInBurst = random.NextDouble() < (_isInBurst ? 1 - (1 / settings.Burst) : begins);
        return _isInBurst;
    }

    private bool TryPassBottleneck(long now, int length, out double departure)
    {
        departure = now;
        if (settings.Rate <= 0) return true;
        var start = Math.Max(_free, now);
        if ((start - now) / _perMillisecond > settings.Queue) return false;
        _free = departure = start + (length / settings.BytesPerMillisecond * _perMillisecond);
        return true;
    }
}
