namespace QuicPair.Rtc.Sctp;

/// <summary>
/// Buffers for chunks in three sizes, reused so that a running association allocates nothing. One pool may
/// serve all associations that one loop drives; it is not for several threads.
/// </summary>
public sealed class BlockPool
{
    // Ours: a word or two of a token stream, a padded frame of the phone protocol, a full packet.
    private static readonly int[] Sizes = [160, 640, 1168];

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

    /// <summary>The longest payload that one block holds, in bytes.</summary>
    internal static int LargestBlock => Sizes[^1];

    /// <summary>A block that holds a copy of <paramref name="payload"/>.</summary>
    internal Block Rent(ReadOnlySpan<byte> payload)
    {
        var sizeClass = payload.Length <= Sizes[0] ? 0 : payload.Length <= Sizes[1] ? 1 : 2;
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
