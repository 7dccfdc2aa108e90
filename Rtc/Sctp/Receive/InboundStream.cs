namespace QuicPair.Rtc.Sctp.Receive;

/// <summary>
/// The ordered messages of one incoming stream that wait for earlier ones. They are in a heap, so that a peer that
/// sends them in the worst order costs no more than a logarithm each. Positions count on where sequence numbers wrap.
/// </summary>
internal sealed class InboundStream
{
    private PriorityQueue<FragmentRun, long>? _waiting;
    private long _expected;

    /// <summary>The sequence number that is delivered next.</summary>
    public Ssn Expected => new(unchecked((ushort)_expected));

    /// <summary>Keeps a whole message; false if its turn has passed.</summary>
    public bool TryInsert(FragmentRun run)
    {
        var position = PositionOf(run.Ssn);
        if (position < _expected)
        {
            return false;
        }

        (_waiting ??= new()).Enqueue(run, position);
        return true;
    }

    /// <summary>The expected message is delivered.</summary>
    public void Advance() => _expected++;

    /// <summary>Goes on behind <paramref name="skipped"/>, unless that has passed.</summary>
    public void AdvanceBehind(Ssn skipped) => _expected = Math.Max(_expected, PositionOf(skipped) + 1);

    /// <summary>
    /// Takes the first waiting message if it is the expected one, or not after <paramref name="upTo"/>.
    /// </summary>
    public FragmentRun? TakeReady(Ssn? upTo = null)
    {
        var limit = upTo is { } last ? PositionOf(last) : _expected;
        if (_waiting is null || !_waiting.TryPeek(out var run, out var position)
            || position < _expected || position > limit)
        {
            return null;
        }

        _waiting.Dequeue();
        _expected = position + 1;
        return run;
    }

    /// <summary>Takes a message whose sequence number another one has used.</summary>
    public FragmentRun? TakePassed() =>
        _waiting is not null && _waiting.TryPeek(out var run, out var position) && position < _expected
            ? _waiting.Dequeue()
            : null;

    /// <summary>Takes any waiting message.</summary>
    public FragmentRun? TakeAny() => _waiting is not null && _waiting.TryDequeue(out var run, out _) ? run : null;

    // RFC 1982: what is less than half the numbers ahead is later.
    private long PositionOf(Ssn ssn) => _expected + unchecked((short)(ssn.Value - (ushort)_expected));
}
