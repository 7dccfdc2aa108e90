using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp.Chunks;

namespace QuicPair.Rtc.Sctp.Send;

/// <summary>Sends the queue's messages reliably to a peer whose parameters are known.</summary>
internal sealed class DataSender
{
    private readonly SendQueue _queue;
    private readonly OutstandingData _outstanding;
    private readonly CongestionControl _congestion;
    private readonly RecentAcknowledgement _recent;
    private readonly Recovery _recovery;
    private readonly Pacer _pacer;
    private readonly LossTimer _timer;
    private readonly SackProcessing _sacks;
    private readonly Abandonment? _abandonment;
    private readonly Redundancy _redundancy;
    private readonly SctpStatistics _statistics;
    private readonly int _packetLengthMax;
    private Instant _lastSent;
    private Instant? _pacedUntil;

    public DataSender(
        SendQueue queue, BlockPool pool, SctpOptions options, SctpStatistics statistics, PeerParameters peer)
    {
        _queue = queue;
        _statistics = statistics;
        _packetLengthMax = options.PacketLengthMax;
        _outstanding = new OutstandingData(pool, peer.LocalInitialTsn);
        RoundTrip = new RoundTripEstimator(options.InitialRto);
        _congestion = new CongestionControl(options.PacketLengthMax);
        var path = new PathCongestion();
        _pacer = new Pacer(RoundTrip, _congestion, _outstanding, options.PacketLengthMax);
        _recent = new RecentAcknowledgement(RoundTrip);
        _redundancy = new Redundancy(_outstanding, path);
        _recovery = new Recovery { PeerWindow = peer.ReceiveWindow };
        _timer = new LossTimer(_outstanding, RoundTrip, _congestion, path, _recovery, statistics);
        _sacks = new SackProcessing(
            _outstanding,
            RoundTrip,
            _congestion,
            path,
            _recent,
            _timer,
            _recovery,
            statistics);
        _abandonment = peer.Capabilities.ForwardTsn
            ? new Abandonment(_outstanding, queue, RoundTrip, statistics)
            : null;
    }

    public RoundTripEstimator RoundTrip { get; }

    public Tsn LastAssignedTsn => _outstanding.NextTsn.Previous;

    /// <summary>What is kept to be sent again: chunks and their payload bytes.</summary>
    public (int Chunks, int Bytes) Held => (_outstanding.Count, _outstanding.HeldBytes);

    /// <summary>How often a chunk that is kept was looked at, for tests.</summary>
    public long Looked => _outstanding.Looked;

    /// <summary>Whether everything handed over has been acknowledged or given up.</summary>
    public bool IsDrained => _queue.IsEmpty && _outstanding.Count == 0;

    public Instant? NextTimeout => Instant.Earliest(_timer.Deadline, _recent.Deadline, _pacedUntil);

    public bool HandleSack(Instant now, in SackChunk sack)
    {
        if (!_sacks.Handle(now, sack))
        {
            return false;
        }

        _abandonment?.OnSack(now);
        return true;
    }

    /// <summary>Takes the acknowledgement that a SHUTDOWN carries.</summary>
    public bool HandleCumulative(Instant now, Tsn cumulative) => HandleSack(now, new SackChunk
    {
        CumulativeTsnAck = cumulative,
        ReceiveWindow = (uint)Math.Min(
            uint.MaxValue, _recovery.PeerWindow + _outstanding.UnacknowledgedPayload),
        Gaps = default,
        Duplicates = default,
    });

    public void HandleTimeout(Instant now)
    {
        _pacedUntil = _pacedUntil is { } at && at > now ? at : null;
        if (_timer.HandleTimeout(now))
        {
            _abandonment?.OnTimeout();
        }

        if (_recent.Deadline is { } deadline && now >= deadline)
        {
            _sacks.DetectLosses(now);
        }
    }

    /// <summary>There is another path, or the one there was answers again.</summary>
    public void PathChanged(Instant now) => _timer.PathChanged(now);

    /// <summary>Whether the windows and the queue have a chunk for the next packet.</summary>
    public bool HasDataDue(Instant now) => IsUrgent || (HasDataReady(now) && _pacer.Allows(now, out _));

    private bool IsUrgent => _recovery.IsProbeOwed || (_outstanding.LostCount > 0 && _recovery.IsFastRetransmitOwed);

    private bool HasDataReady(Instant now) =>
        (_outstanding.LostCount > 0 && MaySend)
        || (_outstanding.LostCount == 0 && _outstanding.HasRoom && _outstanding.FlightBytes < _congestion.Window
            && _queue.TryPeek(now, out var length) && FitsPeer(length));

    /// <summary>Writes FORWARD TSN if one is owed.</summary>
    public bool TryWriteForwardTsn(Instant now, ref PacketWriter writer)
    {
        _abandonment?.AbandonSpent(now);
        return _abandonment?.TryWrite(now, ref writer) ?? false;
    }

    /// <summary>
    /// Fills the packet with what is due again and then with new data, as far as the windows allow.
    /// </summary>
    public bool TryWriteData(Instant now, ref PacketWriter writer)
    {
        if (_outstanding.Count == 0 && now - _lastSent > RoundTrip.Timeout)
        {
            _congestion.OnIdle();
        }

        _pacedUntil = null;
        if (!IsUrgent && !_pacer.Allows(now, out var at))
        {
            var isHeld = HasDataReady(now);
            _pacedUntil = isHeld ? at : null;
            _recovery.IsWindowFull |= isHeld;
            return false;
        }

        var last = Span<byte>.Empty;
        var room = writer.Room;
        var isProbe = _recovery.IsProbeOwed;
        var firstNew = _outstanding.NextTsn;
        var wrote = WriteLost(now, ref writer, ref last);
        var wroteNew = WriteNew(now, ref writer, ref last);
        wrote |= wroteNew;
        if (_recovery.IsProbeOwed)
        {
            wrote |= WriteProbe(now, ref writer, ref last);
        }

        _recovery.IsWindowFull = _outstanding.FlightBytes + _packetLengthMax > _congestion.Window;
        if (!wrote)
        {
            return false;
        }

        // Nothing follows to make the receiver acknowledge, so it is asked to do so.
        if (isProbe || _queue.IsEmpty)
        {
            last[1] |= (byte)DataFlags.Immediate;
        }

        if (wroteNew && _queue.IsEmpty)
        {
            _redundancy.Write(ref writer, firstNew);
        }

        _pacer.OnSent(room - writer.Room);
        _recovery.IsFastRetransmitOwed = false;
        _recovery.IsProbeOwed = false;
        _lastSent = now;
        _timer.OnSent(now);
        return true;
    }

    /// <summary>Gives all buffers back.</summary>
    public void Clear() => _outstanding.Clear();

    private bool WriteLost(Instant now, ref PacketWriter writer, ref Span<byte> last)
    {
        var wrote = false;
        while (_outstanding.LostCount > 0 && MaySend)
        {
            var tsn = _outstanding.FindLost();
            ref var chunk = ref _outstanding[tsn];
            // One that is given up ends the packet: the news of it opens the next.
            if (IsGivenUp(now, chunk) || !TryWriteAgain(now, ref writer, tsn, ref chunk, ref last))
            {
                break;
            }

            wrote = true;
        }

        return wrote;
    }

    private bool IsGivenUp(Instant now, in OutstandingChunk chunk) =>
        _abandonment is not null && Abandonment.IsSpent(now, chunk);

    private bool MaySend =>
        _outstanding.FlightBytes < _congestion.Window || _recovery.IsFastRetransmitOwed;

    private bool WriteNew(Instant now, ref PacketWriter writer, ref Span<byte> last)
    {
        var wrote = false;
        while (_outstanding.LostCount == 0 && _outstanding.HasRoom
            && (_outstanding.FlightBytes < _congestion.Window || _recovery.IsProbeOwed)
            && _queue.TryPeek(now, out var length)
            && FitsPeer(length)
            && writer.TryReserve(DataChunk.HeaderLength + length, out var chunk))
        {
            var tsn = _outstanding.Add(_queue.Take(), now);
            _recovery.PeerWindow = Math.Max(0, _recovery.PeerWindow - length);
            _outstanding[tsn].Write(chunk, tsn);
            last = chunk;
            wrote = true;
        }

        _recovery.IsProbeOwed &= !wrote;
        return wrote;
    }

    // "regardless of the value of rwnd ..., the data sender can always have one DATA chunk in flight".
    private bool FitsPeer(int length) =>
        length <= _recovery.PeerWindow || _outstanding.UnacknowledgedPayload == 0;

    // RFC 8985 section 7.3: "transmit a segment with the highest sequence".
    private bool WriteProbe(Instant now, ref PacketWriter writer, ref Span<byte> last)
    {
        _recovery.IsProbeOwed = false;
        for (var tsn = _outstanding.NextTsn.Previous; tsn >= _outstanding.First; tsn = tsn.Previous)
        {
            ref var chunk = ref _outstanding[tsn];
            if (chunk.State == ChunkState.InFlight)
            {
                chunk.IsProbe = true;
                return TryWriteAgain(now, ref writer, tsn, ref chunk, ref last);
            }
        }

        return false;
    }

    private bool TryWriteAgain(
        Instant now, ref PacketWriter writer, Tsn tsn, ref OutstandingChunk sent, ref Span<byte> last)
    {
        if (!writer.TryReserve(DataChunk.HeaderLength + sent.PayloadLength, out var chunk))
        {
            return false;
        }

        sent.Write(chunk, tsn);
        last = chunk;
        sent.SentAt = now;
        sent.Transmissions++;
        _statistics.Retransmissions++;
        _recovery.UndecidedChunks += _recovery.IsAfterTimeout ? 1 : 0;
        _outstanding.Move(ref sent, ChunkState.InFlight);
        return true;
    }
}
