using System.Buffers.Binary;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Tests.Simulation;

namespace QuicPair.Rtc.Tests.Bottleneck;

/// <summary>
/// TCP Reno with selective acknowledgement (RFC 5681, RFC 6675) that has data without end: slow start, one
/// packet more per round trip, half of it for a round of losses. Packets are as long as ours.
/// </summary>
internal sealed class RenoSender : IEndpoint
{
    private const int PacketLength = 1191;
    private const int DuplicatesForLoss = 3;
    private static readonly TimeSpan TimeoutMinimum = TimeSpan.FromMilliseconds(200);

    private readonly SortedDictionary<long, (long Sequence, Instant At)> _inFlight = [];
    private readonly Queue<long> _lost = new();
    private long _nextOrder = 1;
    private long _nextSequence;
    private long _highestArrived;
    private long _recoveryEnds;
    private double _window = 10;
    private double _threshold = double.MaxValue;
    private TimeSpan _roundTrip;
    private Instant? _timeout;

    public Instant? NextTimeout => _timeout;

    /// <summary>Packets that may be in flight.</summary>
    public double Window => _window;

    public void HandleDatagram(Instant now, ReadOnlySpan<byte> packet)
    {
        var order = BinaryPrimitives.ReadInt64BigEndian(packet);
        if (!_inFlight.Remove(order, out var sent)) return;
        _roundTrip = now - sent.At;
        _timeout = _inFlight.Count > 0 ? now + Patience : null;
        _highestArrived = Math.Max(_highestArrived, order);
        if (order > _recoveryEnds) _window += _window < _threshold ? 1 : 1 / _window;
        while (_inFlight.Count > 0 && _inFlight.Keys.First() is var oldest
            && oldest + DuplicatesForLoss <= _highestArrived)
        {
            Lose(oldest);
            if (oldest <= _recoveryEnds) continue;
            _threshold = Math.Max(_window / 2, 2);
            _window = _threshold;
            _recoveryEnds = _nextOrder - 1;
        }
    }

    public void HandleTimeout(Instant now)
    {
        if (_timeout is not { } timeout || timeout > now) return;
        while (_inFlight.Count > 0) Lose(_inFlight.Keys.First());
        _threshold = Math.Max(_window / 2, 2);
        _window = 1;
        _recoveryEnds = _nextOrder - 1;
        _timeout = null;
    }

    public bool TryTransmit(Instant now, Span<byte> destination, out int length)
    {
        length = 0;
        if (_inFlight.Count >= (int)_window) return false;
        var sequence = _lost.TryDequeue(out var lost) ? lost : _nextSequence++;
        length = PacketLength;
        destination[..length].Clear();
        BinaryPrimitives.WriteInt64BigEndian(destination, _nextOrder);
        BinaryPrimitives.WriteInt64BigEndian(destination[sizeof(long)..], sequence);
        _inFlight.Add(_nextOrder++, (sequence, now));
        _timeout ??= now + Patience;
        return true;
    }

    public void TakeEvents(Instant now)
    {
    }

    private TimeSpan Patience => TimeoutMinimum + (2 * _roundTrip);

    private void Lose(long order)
    {
        _inFlight.Remove(order, out var sent);
        _lost.Enqueue(sent.Sequence);
    }
}
