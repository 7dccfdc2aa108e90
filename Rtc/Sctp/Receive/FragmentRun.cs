using QuicPair.Rtc.Sctp.Chunks;

namespace QuicPair.Rtc.Sctp.Receive;

/// <summary>Fragments of one message with consecutive TSNs; a whole message once it has both ends.</summary>
internal sealed class FragmentRun
{
    public Tsn First { get; set; }

    public Tsn Last { get; set; }

    public StreamId Stream { get; set; }

    public Ssn Ssn { get; set; }

    public uint PayloadProtocol { get; set; }

    public bool Unordered { get; set; }

    public bool HasBegin { get; set; }

    public bool HasEnd { get; set; }

    public Block? Head { get; set; }

    public Block? Tail { get; set; }

    /// <summary>Payload bytes.</summary>
    public int Length { get; set; }

    /// <summary>The next run of whatever list this one is in.</summary>
    public FragmentRun? Next { get; set; }

    public bool IsWhole => HasBegin && HasEnd;

    public void Start(in DataChunk data, Block block)
    {
        First = Last = data.Tsn;
        Stream = data.Stream;
        Ssn = data.Ssn;
        PayloadProtocol = data.PayloadProtocol;
        Unordered = (data.Flags & DataFlags.Unordered) != 0;
        HasBegin = (data.Flags & DataFlags.Begin) != 0;
        HasEnd = (data.Flags & DataFlags.End) != 0;
        Head = Tail = block;
        Length = block.Length;
        Next = null;
    }

    /// <summary>
    /// Whether <paramref name="later"/>, which starts where this ends, belongs to the same message.
    /// </summary>
    public bool Continues(FragmentRun later) =>
        !HasEnd && !later.HasBegin && Stream == later.Stream && Unordered == later.Unordered
        && (Unordered || Ssn == later.Ssn);

    /// <summary>Takes over the blocks of <paramref name="later"/>.</summary>
    public void Append(FragmentRun later)
    {
        Tail!.Next = later.Head;
        Tail = later.Tail;
        Last = later.Last;
        HasEnd = later.HasEnd;
        Length += later.Length;
        later.Head = later.Tail = null;
    }

    /// <summary>Copies the message to <paramref name="destination"/>.</summary>
    public void CopyTo(Span<byte> destination)
    {
        for (var block = Head; block is not null; block = block.Next)
        {
            block.Payload.CopyTo(destination);
            destination = destination[block.Length..];
        }
    }
}
