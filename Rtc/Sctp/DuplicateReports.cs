using QuicPair.Rtc.Machine;

namespace QuicPair.Rtc.Sctp;

/// <summary>
/// Tells by the duplicate TSNs of SACKs whether everything arrived that was sent of a chunk, so that it had never been
/// lost (RFC 3708). The latest chunks are watched, each for a while; a report that is lost on its way, or comes later,
/// leaves the loss as it is.
/// </summary>
internal sealed class DuplicateReports
{
    // Ours: more than a thin stream has on the way; in a longer one the latest speak for the others.
    private const int WatchedMax = 32;

    private readonly Watched[] _watched = new Watched[WatchedMax];
    private int _next;
    private int _open;

    /// <summary>Waits for the reports that <paramref name="chunk"/> misses, which are one at least.</summary>
    public void Watch(in Watched chunk)
    {
        _open += _watched[_next].Missing > 0 ? 0 : 1;
        _watched[_next] = chunk;
        _next = (_next + 1) % WatchedMax;
    }

    /// <summary>Takes a report; true if it was the last one that was missing, and came in time.</summary>
    public bool TryConclude(Instant now, Tsn tsn, out Watched chunk)
    {
        for (var index = 0; _open > 0 && index < WatchedMax; index++)
        {
            ref var watched = ref _watched[index];
            if (watched.Missing > 0 && watched.Tsn == tsn)
            {
                chunk = watched;
                watched.Missing = now > watched.Until ? 0 : watched.Missing - 1;
                _open -= watched.Missing == 0 ? 1 : 0;
                return watched.Missing == 0 && now <= watched.Until;
            }
        }

        chunk = default;
        return false;
    }

    /// <summary>A chunk that counted as lost.</summary>
    internal struct Watched
    {
        public Tsn Tsn;

        /// <summary>Transmissions and copies of which no arrival is known.</summary>
        public int Missing;

        /// <summary>How often it counted as lost.</summary>
        public int Losses;

        /// <summary>The recovery in which the first transmission is not yet known to be late; 0 for none.</summary>
        public int Recovery;

        /// <summary>When reports no longer say anything.</summary>
        public Instant Until;
    }
}
