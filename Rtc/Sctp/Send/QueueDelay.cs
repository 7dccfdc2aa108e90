using QuicPair.Rtc.Machine;

namespace QuicPair.Rtc.Sctp.Send;

/// <summary>
/// How much longer than necessary the path takes: the shortest of the latest round trips, less the shortest for a
/// while. A queue delays every packet behind it, jitter and a busy host only some, so that the minimum tells them
/// apart (the "standing" round trip of Copa; Arun and Balakrishnan, NSDI 2018).
/// </summary>
internal sealed class QueueDelay
{
    // Ours: a path is believed to be this short for one to two of these.
    private static readonly TimeSpan BaseLife = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LeastStandingLife = TimeSpan.FromMilliseconds(2);

    private WindowedMinimum _base;
    private WindowedMinimum _standing;

    /// <summary>The shortest round trip of the last seconds; zero before the first sample.</summary>
    public TimeSpan Base => _base.Value;

    /// <summary>What a queue adds at present.</summary>
    public TimeSpan Current => _standing.Value - _base.Value;

    public void Observe(Instant now, TimeSpan roundTrip)
    {
        _base.Observe(now, roundTrip, BaseLife);
        var quarter = _base.Value / 4;
        _standing.Observe(now, roundTrip, quarter > LeastStandingLife ? quarter : LeastStandingLife);
    }

    // The minimum over the running stretch of time and the one before.
    private struct WindowedMinimum
    {
        private TimeSpan _current;
        private TimeSpan _previous;
        private Instant? _began;

        public readonly TimeSpan Value => _current < _previous ? _current : _previous;

        public void Observe(Instant now, TimeSpan value, TimeSpan life)
        {
            if (_began is { } began && now - began < life)
            {
                _current = value < _current ? value : _current;
                return;
            }

            _previous = _began is { } former && now - former < 2 * life ? _current : value;
            _current = value;
            _began = now;
        }
    }
}
