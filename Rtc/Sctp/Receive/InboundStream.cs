namespace QuicPair.Rtc.Sctp.Receive;

/// <summary>The ordered messages of one incoming stream that wait for earlier ones.</summary>
internal sealed class InboundStream
{
    private FragmentRun? _waiting;
    private FragmentRun? _lastWaiting;

    /// <summary>The sequence number that is delivered next.</summary>
    public Ssn Expected { get; set; }

    /// <summary>
    /// Keeps a whole message in order of its sequence number; false if one with that number waits already.
    /// </summary>
    public bool TryInsert(FragmentRun run)
    {
        if (_lastWaiting is null || _lastWaiting.Ssn < run.Ssn)
        {
            Link(_lastWaiting, run);
            return true;
        }

        FragmentRun? previous = null;
        var current = _waiting;
        while (current is not null && current.Ssn < run.Ssn)
        {
            previous = current;
            current = current.Next;
        }

        if (current is not null && current.Ssn == run.Ssn)
        {
            return false;
        }

        Link(previous, run);
        return true;
    }

    /// <summary>
    /// Takes the first waiting message if it is the expected one, or not after <paramref name="upTo"/>.
    /// </summary>
    public FragmentRun? TakeReady(Ssn? upTo = null)
    {
        if (_waiting is not { } run || (run.Ssn != Expected && !(upTo is { } limit && run.Ssn <= limit)))
        {
            return null;
        }

        _waiting = run.Next;
        if (_waiting is null)
        {
            _lastWaiting = null;
        }

        run.Next = null;
        Expected = run.Ssn.Next;
        return run;
    }

    private void Link(FragmentRun? previous, FragmentRun run)
    {
        if (previous is null)
        {
            run.Next = _waiting;
            _waiting = run;
        }
        else
        {
            run.Next = previous.Next;
            previous.Next = run;
        }

        if (run.Next is null)
        {
            _lastWaiting = run;
        }
    }
}
