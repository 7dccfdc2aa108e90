namespace QuicPair.Rtc.Sctp;

/// <summary>
/// Buffers for chunks in four sizes, reused so that a running association allocates nothing. One pool may
/// serve all associations that one loop drives; it is not for several threads.
/// </summary>
public sealed class BlockPool
{
    /// <summary>The longest payload of a chunk that is sent, in bytes.</summary>
    internal const int LargestSent = 1_168;

    /// <summary>The longest payload that one block holds, in bytes: that of a datagram of DTLS at most.</summary>
    internal const int LargestReceived = 2_048;

    // Ours: a word or two of a token stream, a padded frame of the phone protocol, a full packet of ours, and the
    // longest that a peer can send.
    private static readonly int[] Sizes = [160, 640, LargestSent, LargestReceived];

    private readonly Block?[] _free = new Block?[Sizes.Length];
    private readonly int _retainedBytesMax;
    private int _retainedBytes;

    /// <summary>Creates an empty pool.</summary>
    /// <param name="retainedBytesMax">Bytes of unused buffers that are kept for reuse; 8 MiB by
    /// default.</param>
    public BlockPool(int retainedBytesMax = 8 * 1024 * 1024) => _retainedBytesMax = retainedBytesMax;

    /// <summary>Bytes in unused buffers.</summary>
    public int RetainedBytes => _retainedBytes;

    /// <summary>Blocks that were given out and have not come back.</summary>
    internal int RentedBlocks { get; private set; }

    /// <summary>A block that holds a copy of <paramref name="payload"/>.</summary>
    internal Block Rent(ReadOnlySpan<byte> payload)
    {
        var sizeClass = 0;
        while (payload.Length > Sizes[sizeClass]) sizeClass++;
        if (_free[sizeClass] is { } block)
        {
            _free[sizeClass] = block.Next;
            _retainedBytes -= Sizes[sizeClass];
            block.Next = null;
        }
        else
        {
            block = new Block(GC.AllocateUninitializedArray<byte>(Sizes[sizeClass]), sizeClass);
        }

        RentedBlocks++;
        payload.CopyTo(block.Bytes);
        block.Length = payload.Length;
        return block;
    }

    /// <summary>Takes back one block.</summary>
    internal void Return(Block block)
    {
        RentedBlocks--;
        if (_retainedBytes + block.Bytes.Length > _retainedBytesMax)
        {
            return;
        }

        _retainedBytes += block.Bytes.Length;
        block.Next = _free[block.SizeClass];
        _free[block.SizeClass] = block;
    }

    /// <summary>Takes back a block and all that follow it.</summary>
    internal void ReturnChain(Block? block)
    {
        while (block is not null)
        {
            var next = block.Next;
            Return(block);
            block = next;
        }
    }
}
