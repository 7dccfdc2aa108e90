using QuicPair.Rtc.Sctp.Chunks;

namespace QuicPair.Rtc.Sctp.Receive;

/// <summary>
/// Puts fragments together to messages and messages into the order of their stream (RFC 9260 sections 6.6,
/// 6.9). It need not know about acknowledgements. Fragments of one message have consecutive TSNs, so runs of
/// consecutive TSNs that grow together are all the bookkeeping, for ordered and unordered messages alike.
/// </summary>
internal sealed class Reassembly(BlockPool pool, int messageLengthMax)
{
    // Ours: twice as many as there may be channels; what a peer sends on further ones nobody waits for.
    private const int StreamsMax = 2048;

    private readonly Dictionary<Tsn, FragmentRun> _byFirst = [];
    private readonly Dictionary<Tsn, FragmentRun> _byLast = [];
    private readonly Dictionary<StreamId, InboundStream> _streams = [];
    private readonly List<FragmentRun> _skipped = [];
    private FragmentRun? _ready;
    private FragmentRun? _lastReady;
    private FragmentRun? _free;
    private Tsn? _forwarded;

    /// <summary>
    /// Payload bytes held: parts, messages that wait for earlier ones, and messages not yet given back.
    /// </summary>
    public int HeldBytes { get; private set; }

    /// <summary>Chunks held, each costing more than its payload.</summary>
    public int HeldChunks { get; private set; }

    /// <summary>How often a part was looked for or at to be given up, for tests.</summary>
    public long Looked { get; private set; }

    /// <summary>Streams that are remembered.</summary>
    public int StreamCount => _streams.Count;

    /// <summary>
    /// Takes the payload of a DATA chunk that was not seen before; false if its message is too long.
    /// </summary>
    public bool Add(in DataChunk data)
    {
        var run = Rent();
        run.Start(data, pool.Rent(data.Payload));
        HeldBytes += data.Payload.Length;
        HeldChunks++;
        if (!run.IsWhole)
        {
            run = Join(run);
        }

        if (run.IsWhole)
        {
            OnWhole(run);
        }

        return run.Length <= messageLengthMax;
    }

    /// <summary>The next message in delivery order; it stays accounted until <see cref="Release"/>.</summary>
    public bool TryTake(out FragmentRun? message)
    {
        message = _ready;
        if (message is null)
        {
            return false;
        }

        _ready = message.Next;
        if (_ready is null)
        {
            _lastReady = null;
        }

        message.Next = null;
        return true;
    }

    /// <summary>Gives back a message that was taken, or a part that nobody waits for.</summary>
    public void Release(FragmentRun run)
    {
        HeldBytes -= run.Length;
        for (var block = run.Head; block is not null; block = block.Next)
        {
            HeldChunks--;
        }

        pool.ReturnChain(run.Head);
        Recycle(run);
    }

    /// <summary>Gives up parts up to <paramref name="cumulative"/> (RFC 3758 section 3.6).</summary>
    public void ForwardTo(Tsn cumulative)
    {
        FindSkipped(cumulative);
        _forwarded = cumulative;
        foreach (var run in _skipped)
        {
            _byFirst.Remove(run.First);
            _byLast.Remove(run.Last);
            Release(run);
        }

        _skipped.Clear();
    }

    /// <summary>
    /// Goes on behind <paramref name="skipped"/> in <paramref name="id"/>, delivering what waited before it.
    /// </summary>
    public void Skip(StreamId id, Ssn skipped)
    {
        if (Stream(id) is not { } stream)
        {
            return;
        }

        DeliverInOrder(stream, skipped);
        stream.AdvanceBehind(skipped);
        DeliverInOrder(stream);
    }

    /// <summary>
    /// Starts <paramref name="id"/> again from sequence number zero (RFC 6525 section 5.2.2).
    /// </summary>
    public void Reset(StreamId id)
    {
        // All its messages have arrived, so what still waits belongs to none.
        if (_streams.Remove(id, out var stream))
        {
            ReleaseWaiting(stream);
        }
    }

    /// <summary>Starts all streams again.</summary>
    public void ResetAll()
    {
        foreach (var stream in _streams.Values)
        {
            ReleaseWaiting(stream);
        }

        _streams.Clear();
    }

    /// <summary>Gives back what was not taken.</summary>
    public void Clear()
    {
        ResetAll();
        foreach (var run in _byFirst.Values)
        {
            Release(run);
        }

        _byFirst.Clear();
        _byLast.Clear();
    }

    // No part begins before the last FORWARD TSN. Either the numbers since then are fewer than the parts, or the parts
    // are fewer than the numbers: a peer that goes on by one does not have us look at all that it made us hold.
    private void FindSkipped(Tsn cumulative)
    {
        if (_forwarded is { } last && cumulative - last is >= 0 and var count && count < _byFirst.Count)
        {
            for (var tsn = last.Next; tsn <= cumulative.Next; tsn = tsn.Next)
            {
                Looked++;
                if (_byFirst.TryGetValue(tsn, out var run)) NoteSkipped(run, cumulative);
            }

            return;
        }

        foreach (var run in _byFirst.Values)
        {
            Looked++;
            NoteSkipped(run, cumulative);
        }
    }

    private void NoteSkipped(FragmentRun run, Tsn cumulative)
    {
        // What continues a message that was given up will never have a beginning.
        if (run.First <= cumulative || (run.First == cumulative.Next && !run.HasBegin))
        {
            _skipped.Add(run);
        }
    }

    private FragmentRun Join(FragmentRun run)
    {
        if (_byLast.TryGetValue(run.First.Previous, out var before) && before.Continues(run))
        {
            _byLast.Remove(before.Last);
            before.Append(run);
            Recycle(run);
            run = before;
        }
        else
        {
            _byFirst[run.First] = run;
        }

        if (_byFirst.TryGetValue(run.Last.Next, out var after) && run.Continues(after))
        {
            _byFirst.Remove(after.First);
            _byLast.Remove(after.Last);
            run.Append(after);
            Recycle(after);
        }

        if (run.IsWhole)
        {
            _byFirst.Remove(run.First);
        }
        else
        {
            _byLast[run.Last] = run;
        }

        return run;
    }

    private void OnWhole(FragmentRun run)
    {
        if (run.Unordered)
        {
            Deliver(run);
            return;
        }

        var stream = Stream(run.Stream);
        if (stream is not null && run.Ssn == stream.Expected)
        {
            stream.Advance();
            Deliver(run);
            DeliverInOrder(stream);
        }
        else if (stream is null || !stream.TryInsert(run))
        {
            Release(run);
        }
    }

    private void DeliverInOrder(InboundStream stream, Ssn? upTo = null)
    {
        do
        {
            while (stream.TakePassed() is { } passed)
            {
                Release(passed);
            }
        }
        while (TryDeliverNext(stream, upTo));
    }

    private bool TryDeliverNext(InboundStream stream, Ssn? upTo)
    {
        if (stream.TakeReady(upTo) is not { } run)
        {
            return false;
        }

        Deliver(run);
        return true;
    }

    private void ReleaseWaiting(InboundStream stream)
    {
        while (stream.TakeAny() is { } run)
        {
            Release(run);
        }
    }

    private void Deliver(FragmentRun run)
    {
        run.Next = null;
        if (_lastReady is null)
        {
            _ready = run;
        }
        else
        {
            _lastReady.Next = run;
        }

        _lastReady = run;
    }

    private InboundStream? Stream(StreamId id)
    {
        if (!_streams.TryGetValue(id, out var stream))
        {
            if (_streams.Count >= StreamsMax)
            {
                return null;
            }

            stream = new InboundStream();
            _streams.Add(id, stream);
        }

        return stream;
    }

    private FragmentRun Rent()
    {
        if (_free is not { } run)
        {
            return new FragmentRun();
        }

        _free = run.Next;
        return run;
    }

    private void Recycle(FragmentRun run)
    {
        run.Head = run.Tail = null;
        run.Next = _free;
        _free = run;
    }
}
