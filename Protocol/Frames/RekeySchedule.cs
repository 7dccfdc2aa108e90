namespace QuicPair.Protocol.Frames;

/// <summary>
/// When a direction changes its key and when it ends (QP/1 section 6): before frame number i·16 384, and at
/// 2^32 frames. Frames of every kind count.
/// </summary>
internal struct RekeySchedule(long first)
{
    /// <summary>Frames under one key.</summary>
    public const long FramesPerKey = 16_384;

    /// <summary>Frames of a session, per direction.</summary>
    public const long FramesPerSession = 1L << 32;

    /// <summary>The number of the next frame, from 0.</summary>
    public long Next { get; private set; } = first;

    /// <summary>Whether the direction may carry no further frame.</summary>
    public readonly bool IsExhausted => Next >= FramesPerSession;

    /// <summary>Whether the key changes before the next frame.</summary>
    public readonly bool IsRekeyDue => Next > 0 && Next % FramesPerKey == 0;

    /// <summary>Counts the frame.</summary>
    public void Advance() => Next++;
}
