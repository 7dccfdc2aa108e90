using System.Buffers.Binary;
using QuicPair.Rtc.Machine;

namespace QuicPair.Rtc.Ice.Checks;

/// <summary>
/// Decides when which pair is checked (RFC 8445, section 6.1.4.2): triggered checks first, then pairs that
/// were never checked, then repeats and consent checks that are due, all paced.
/// </summary>
internal sealed class CheckSchedule(AgentState state)
{
    private readonly Queue<CandidatePair> _triggered = new();
    private Instant _pacedUntil;
    private int _sent;
    private Instant? _due;
    private bool _isStale = true;

    /// <summary>When <see cref="TryNext"/> has a pair; null when never.</summary>
    public Instant? Due
    {
        get
        {
            if (!_isStale) return _due;
            _isStale = false;
            return _due = FindDue();
        }
    }

    /// <summary>Something changed that may bring a check forward.</summary>
    public void Invalidate() => _isStale = true;

    /// <summary>Puts <paramref name="pair"/> into the triggered-check queue.</summary>
    public void Trigger(Instant now, CandidatePair pair)
    {
        _isStale = true;
        pair.Revive(now);
        if (pair.IsTriggered) return;
        pair.IsTriggered = true;
        _triggered.Enqueue(pair);
    }

    /// <summary>Has <paramref name="pair"/> checked at <paramref name="now"/>, whatever was planned.</summary>
    public void Hurry(Instant now, CandidatePair pair)
    {
        _isStale = true;
        if (pair.State == PairState.Failed) pair.Revive(now);
        else pair.CheckAgainAt(now);
    }

    /// <summary>The pair to check at <paramref name="now"/>; ask until there is none.</summary>
    public bool TryNext(Instant now, out CandidatePair? pair)
    {
        pair = null;
        if (state.Remote is null || Due is not { } due || now < due) return false;
        _isStale = true;
        pair = TakeTriggered() ?? FindFirst(now);
        if (pair is null) return false;
        var isEarly = ++_sent <= IceTimings.FirstChecks;
        _pacedUntil = now + (isEarly ? IceTimings.FirstChecksPace : IceTimings.LaterChecksPace);
        return true;
    }

    /// <summary>
    /// Has the selected pair checked at <paramref name="now"/>, because something says that it may have broken.
    /// </summary>
    public void Probe(Instant now)
    {
        if (state.Selected is { Unanswered: 0 } selected) Hurry(now, selected);
    }

    /// <summary>When <paramref name="pair"/>, which has just answered, is due again.</summary>
    public Instant NextCheckOf(CandidatePair pair, Instant now) =>
        now + Vary(pair == state.Selected ? IceTimings.ConsentInterval : IceTimings.SpareInterval);

    /// <summary>When a check that is sent at <paramref name="now"/> is repeated unless it is answered.</summary>
    public Instant RepeatOf(CandidatePair pair, Instant now)
    {
        if (pair.State == PairState.Succeeded) return now + ProbeAfter(pair);
        var repeat = IceTimings.FirstRepeat * (1 << Math.Min(pair.Unanswered, 4));
        return now + (repeat < IceTimings.LongestRepeat ? repeat : IceTimings.LongestRepeat);
    }

    private TimeSpan ProbeAfter(CandidatePair pair)
    {
        if (pair.Unanswered >= IceTimings.QuickProbes)
        {
            return pair == state.Selected ? IceTimings.LongestProbe : Vary(IceTimings.SpareInterval);
        }

        var twice = (pair.RoundTripTime ?? TimeSpan.Zero) * 2;
        var first = Longer(twice, IceTimings.FirstProbe);
        var wait = first * (1 << pair.Unanswered);
        if (pair == state.Selected) wait = Shorter(wait, Longer(first, IceTimings.LongestQuickProbe));
        return Shorter(wait, IceTimings.LongestProbe);
    }

    private static TimeSpan Shorter(TimeSpan left, TimeSpan right) => left < right ? left : right;

    private static TimeSpan Longer(TimeSpan left, TimeSpan right) => left > right ? left : right;

    private CandidatePair? TakeTriggered()
    {
        while (_triggered.TryDequeue(out var pair))
        {
            pair.IsTriggered = false;
            if (pair.State != PairState.Failed) return pair;
        }

        return null;
    }

    private CandidatePair? FindFirst(Instant now)
    {
        CandidatePair? earliest = null;
        foreach (var pair in state.Checklist.Pairs)
        {
            if (pair.NextCheck is not { } due || now < due) continue;
            if (pair.State == PairState.Waiting) return pair;
            if (earliest is null || due < earliest.NextCheck) earliest = pair;
        }

        return earliest;
    }

    private Instant? FindDue()
    {
        if (state.Remote is null) return null;
        var due = _triggered.Count > 0 ? Instant.Start : (Instant?)null;
        foreach (var pair in state.Checklist.Pairs)
        {
            due = Instant.Earliest(due, pair.NextCheck);
        }

        return due is { } instant && instant < _pacedUntil ? _pacedUntil : due;
    }

    // RFC 7675, 5.1: "each interval MUST be randomized" between 0.8 and 1.2 of the basic period.
    private TimeSpan Vary(TimeSpan period)
    {
        Span<byte> random = stackalloc byte[sizeof(ushort)];
        state.Entropy.Fill(random);
        return period * (0.8 + (0.4 * BinaryPrimitives.ReadUInt16BigEndian(random) / ushort.MaxValue));
    }
}
