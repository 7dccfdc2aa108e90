using System.Buffers;

namespace QuicPair.Protocol.Frames;

/// <summary>
/// Puts the parts of one JSON message together (QP/1 section 6): one message at a time, bounded in size and, through
/// <see cref="Deadline"/>, in time.
/// </summary>
public sealed class FrameAssembler(int maxMessageBytes, TimeSpan maxDuration, ReassemblyBudget? budget = null)
{
    // Ours: what a long message has needed is not kept for the short ones after it.
    private const int KeptCapacity = 64 * 1024;

    private ArrayBufferWriter<byte> _parts = new();

    /// <summary>
    /// When the message that has begun must be complete, on the clock of <c>now</c>; null when none has
    /// begun. Past it the session is closed with <see cref="CloseCode.Idle"/>.
    /// </summary>
    public TimeSpan? Deadline { get; private set; }

    /// <summary>
    /// Takes a frame of kind <see cref="FrameKind.Part"/>; <paramref name="message"/> is the whole message
    /// once its last part came, else null. False when it grows too large: close with <see
    /// cref="CloseCode.TooLarge"/>.
    /// </summary>
    public bool TryAdd(TimeSpan now, in Frame part, out byte[]? message)
    {
        message = null;
        var size = part.Content.Length;
        if (size > maxMessageBytes - _parts.WrittenCount || !(budget?.TryTake(size) ?? true))
        {
            return false;
        }

        Deadline ??= now + maxDuration;
        _parts.Write(part.Content);
        if (part.IsLast)
        {
            message = _parts.WrittenSpan.ToArray();
            Reset();
        }

        return true;
    }

    /// <summary>Forgets an unfinished message; call it when the session ends.</summary>
    public void Reset()
    {
        budget?.Return(_parts.WrittenCount);
        if (_parts.Capacity > KeptCapacity) _parts = new ArrayBufferWriter<byte>();
        else _parts.Clear();
        Deadline = null;
    }
}
