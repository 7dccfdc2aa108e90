namespace QuicPair.Protocol.Frames;

/// <summary>
/// What all connections together may hold of unfinished messages (QP/1 section 6: 64 MiB per Mac).
/// Thread-safe.
/// </summary>
public sealed class ReassemblyBudget(long bytes)
{
    private long _left = bytes;

    /// <summary>Bytes that may still be taken.</summary>
    public long Left => Interlocked.Read(ref _left);

    /// <summary>Takes bytes, or refuses.</summary>
    public bool TryTake(int count)
    {
        if (Interlocked.Add(ref _left, -count) >= 0)
        {
            return true;
        }

        Interlocked.Add(ref _left, count);
        return false;
    }

    /// <summary>Gives bytes back.</summary>
    public void Return(long count) => Interlocked.Add(ref _left, count);
}
