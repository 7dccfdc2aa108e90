using System.Buffers.Binary;
using QuicPair.Rtc.Sctp.Chunks;

namespace QuicPair.Rtc.Sctp.Receive;

/// <summary>
/// Knows which TSNs have arrived and writes that as a SACK (RFC 9260 section 6.2). It need not know streams
/// or messages. What it remembers is bounded: runs above the cumulative TSN, and duplicates until the next
/// SACK.
/// </summary>
internal sealed class DataTracker(Tsn initialPeerTsn)
{
    // Ours: more gaps than a SACK in one packet can tell are not worth remembering.
    private const int RangesMax = 280;
    private const int DuplicatesMax = 20;

    private readonly Tsn[] _duplicates = new Tsn[DuplicatesMax];
    private TsnRange[] _ranges = new TsnRange[4];
    private int _rangeCount;
    private int _duplicateCount;

    /// <summary>The last TSN received in sequence.</summary>
    public Tsn Cumulative { get; private set; } = initialPeerTsn.Previous;

    public bool HasGaps => _rangeCount > 0;

    /// <summary>What <paramref name="tsn"/> would be; does not remember it.</summary>
    public Arrival Classify(Tsn tsn)
    {
        var offset = tsn - Cumulative;
        if (offset <= 0)
        {
            return Arrival.Duplicate;
        }

        if (offset > ushort.MaxValue)
        {
            return Arrival.OutOfReach;
        }

        var index = IndexAtOrAfter(tsn);
        if (index < _rangeCount && _ranges[index].First <= tsn)
        {
            return Arrival.Duplicate;
        }

        var isOneGapTooMany = offset > 1 && _rangeCount == RangesMax && !Touches(index, tsn);
        return isOneGapTooMany ? Arrival.OutOfReach : Arrival.New;
    }

    /// <summary>Remembers a TSN that is <see cref="Arrival.New"/>.</summary>
    public void Add(Tsn tsn)
    {
        if (tsn == Cumulative.Next)
        {
            Cumulative = tsn;
            Absorb();
            return;
        }

        var index = IndexAtOrAfter(tsn);
        var joinsPrevious = index > 0 && _ranges[index - 1].Last.Next == tsn;
        var joinsNext = index < _rangeCount && _ranges[index].First == tsn.Next;
        switch (joinsPrevious, joinsNext)
        {
            case (true, true):
                _ranges[index - 1] = new TsnRange(_ranges[index - 1].First, _ranges[index].Last);
                Remove(index);
                break;
            case (true, false):
                _ranges[index - 1] = _ranges[index - 1] with { Last = tsn };
                break;
            case (false, true):
                _ranges[index] = _ranges[index] with { First = tsn };
                break;
            default:
                Insert(index, new TsnRange(tsn, tsn));
                break;
        }
    }

    /// <summary>Remembers a duplicate for the next SACK.</summary>
    public void AddDuplicate(Tsn tsn)
    {
        if (_duplicateCount < DuplicatesMax)
        {
            _duplicates[_duplicateCount++] = tsn;
        }
    }

    /// <summary>
    /// Takes everything up to <paramref name="cumulative"/> as received (RFC 3758 section 3.6).
    /// </summary>
    public void ForwardTo(Tsn cumulative)
    {
        if (cumulative <= Cumulative)
        {
            return;
        }

        Cumulative = cumulative;
        while (_rangeCount > 0 && _ranges[0].First <= Cumulative)
        {
            Cumulative = _ranges[0].Last > Cumulative ? _ranges[0].Last : Cumulative;
            Remove(0);
        }

        Absorb();
    }

    /// <summary>Writes the SACK and forgets the duplicates; false if even a short one does not fit.</summary>
    public bool TryWriteSack(ref PacketWriter writer, uint receiveWindow)
    {
        var entries = (writer.Room - SackChunk.HeaderLength) / 4;
        if (entries < 0)
        {
            return false;
        }

        var gaps = Math.Min(_rangeCount, entries);
        var duplicates = Math.Min(_duplicateCount, entries - gaps);
        if (!writer.TryReserve(SackChunk.HeaderLength + ((gaps + duplicates) * 4), out var chunk))
        {
            return false;
        }

        SackChunk.WriteHeader(chunk, Cumulative, receiveWindow, gaps, duplicates);
        var entry = chunk[SackChunk.HeaderLength..];
        for (var index = 0; index < gaps; index++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(entry, (ushort)(_ranges[index].First - Cumulative));
            BinaryPrimitives.WriteUInt16BigEndian(entry[2..], (ushort)(_ranges[index].Last - Cumulative));
            entry = entry[4..];
        }

        for (var index = 0; index < duplicates; index++)
        {
            BinaryPrimitives.WriteUInt32BigEndian(entry, _duplicates[index].Value);
            entry = entry[4..];
        }

        _duplicateCount = 0;
        return true;
    }

    // The first run that does not end before tsn; the newest run is asked first, for that is where data
    // arrives. The peer says where it arrives otherwise, so the others are halved, not walked.
    private int IndexAtOrAfter(Tsn tsn)
    {
        if (_rangeCount == 0 || _ranges[_rangeCount - 1].Last < tsn)
        {
            return _rangeCount;
        }

        var (low, high) = (0, _rangeCount - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_ranges[middle].Last < tsn)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private bool Touches(int index, Tsn tsn) =>
        (index > 0 && _ranges[index - 1].Last.Next == tsn)
        || (index < _rangeCount && _ranges[index].First == tsn.Next);

    private void Absorb()
    {
        if (_rangeCount > 0 && _ranges[0].First == Cumulative.Next)
        {
            Cumulative = _ranges[0].Last;
            Remove(0);
        }
    }

    private void Insert(int index, TsnRange range)
    {
        if (_rangeCount == _ranges.Length)
        {
            Array.Resize(ref _ranges, Math.Min(_ranges.Length * 4, RangesMax + 1));
        }

        Array.Copy(_ranges, index, _ranges, index + 1, _rangeCount - index);
        _ranges[index] = range;
        _rangeCount++;
    }

    private void Remove(int index)
    {
        _rangeCount--;
        Array.Copy(_ranges, index + 1, _ranges, index, _rangeCount - index);
    }
}
