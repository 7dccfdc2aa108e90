using QuicPair.Rtc.Machine;

namespace QuicPair.Rtc.Sctp.Send;

/// <summary>
/// The sent chunks above the cumulative TSN, in a ring by TSN, with the sums over their states. It knows what
/// is where; when and why a chunk changes its state is decided elsewhere.
/// </summary>
internal sealed class OutstandingData(BlockPool pool, Tsn initialTsn)
{
    // Ours: 2.5 Gbit/s at 50 ms, and as many small ones as a SACK can tell of; a peer that stops acknowledging holds
    // no more.
    private const int HeldBytesMax = 16 * 1024 * 1024;
    private const int HeldChunksMax = 16 * 1024;

    private OutstandingChunk[] _ring = new OutstandingChunk[16];
    private int _head;
    private Tsn _lostFrom = initialTsn;

    /// <summary>The TSN of the oldest chunk, or of the next new one when there is none.</summary>
    public Tsn First { get; private set; } = initialTsn;

    public int Count { get; private set; }

    public Tsn NextTsn => First + Count;

    /// <summary>Bytes on the wire of chunks in flight.</summary>
    public int FlightBytes { get; private set; }

    /// <summary>Payload bytes that the peer's window still has to cover.</summary>
    public int UnacknowledgedPayload { get; private set; }

    /// <summary>Payload bytes of all chunks, acknowledged by gap or not.</summary>
    public int HeldBytes { get; private set; }

    /// <summary>Whether another chunk may be sent for all that is held already.</summary>
    public bool HasRoom => Count < HeldChunksMax && HeldBytes < HeldBytesMax;

    public int LostCount { get; private set; }

    public int InFlightCount { get; private set; }

    /// <summary>How often a chunk was looked at, for tests.</summary>
    public long Looked { get; private set; }

    public ref OutstandingChunk this[Tsn tsn]
    {
        get
        {
            Looked++;
            return ref _ring[(_head + (tsn - First)) & (_ring.Length - 1)];
        }
    }

    public Tsn Add(in OutboundFragment fragment, Instant now)
    {
        if (Count == _ring.Length)
        {
            Grow();
        }

        var tsn = NextTsn;
        Count++;
        ref var chunk = ref this[tsn];
        chunk = new OutstandingChunk
        {
            Fragment = fragment,
            PayloadLength = fragment.Payload.Length,
            SentAt = now,
            Transmissions = 1,
        };
        fragment.Stream.UnacknowledgedChunks++;
        InFlightCount++;
        FlightBytes += chunk.WireLength;
        UnacknowledgedPayload += chunk.PayloadLength;
        HeldBytes += chunk.PayloadLength;
        return tsn;
    }

    /// <summary>Puts a chunk into another state and keeps the sums right.</summary>
    public void Move(ref OutstandingChunk chunk, ChunkState state)
    {
        var wasWaiting = chunk.State is ChunkState.InFlight or ChunkState.Lost;
        var isWaiting = state is ChunkState.InFlight or ChunkState.Lost;
        Count1(chunk.State, -1, chunk.WireLength);
        Count1(state, 1, chunk.WireLength);
        if (wasWaiting != isWaiting)
        {
            UnacknowledgedPayload += isWaiting ? chunk.PayloadLength : -chunk.PayloadLength;
            chunk.Fragment.Stream.UnacknowledgedChunks += isWaiting ? 1 : -1;
        }

        chunk.State = state;
    }

    /// <summary>Counts a chunk in flight, or one that was taken back, as lost.</summary>
    public void Lose(Tsn tsn)
    {
        // With none before it the cursor may lie any distance behind, where serial numbers no longer compare.
        _lostFrom = LostCount == 0 || tsn < _lostFrom ? tsn : _lostFrom;
        Move(ref this[tsn], ChunkState.Lost);
    }

    /// <summary>
    /// The oldest lost chunk, when <see cref="LostCount"/> says that there is one. The search goes on where the one
    /// before it ended, so that a packet costs no more with many chunks behind it.
    /// </summary>
    public Tsn FindLost()
    {
        _lostFrom = _lostFrom < First ? First : _lostFrom;
        while (this[_lostFrom].State != ChunkState.Lost)
        {
            _lostFrom = _lostFrom.Next;
        }

        return _lostFrom;
    }

    /// <summary>Forgets the oldest chunk, which is acknowledged or abandoned.</summary>
    public void RemoveFirst()
    {
        ref var chunk = ref _ring[_head];
        HeldBytes -= chunk.PayloadLength;
        pool.Return(chunk.Fragment.Payload);
        chunk = default;
        _head = (_head + 1) & (_ring.Length - 1);
        First = First.Next;
        Count--;
    }

    /// <summary>Gives all buffers back.</summary>
    public void Clear()
    {
        while (Count > 0)
        {
            ref var chunk = ref this[First];
            Move(ref chunk, ChunkState.Acknowledged);
            RemoveFirst();
        }
    }

    private void Count1(ChunkState state, int sign, int wireLength)
    {
        switch (state)
        {
            case ChunkState.InFlight:
                InFlightCount += sign;
                FlightBytes += sign * wireLength;
                break;
            case ChunkState.Lost:
                LostCount += sign;
                break;
        }
    }

    private void Grow()
    {
        var ring = new OutstandingChunk[_ring.Length * 2];
        for (var index = 0; index < Count; index++)
        {
            ring[index] = _ring[(_head + index) & (_ring.Length - 1)];
        }

        _ring = ring;
        _head = 0;
    }
}
