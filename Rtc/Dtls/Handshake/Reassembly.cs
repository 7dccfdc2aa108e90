using QuicPair.Rtc.Dtls.Messages;

namespace QuicPair.Rtc.Dtls.Handshake;

/// <summary>
/// Puts the peer's messages together from fragments and back in order (RFC 6347, sections 4.2.2 and 4.2.3).
/// What it holds is bounded: messages of a few flights, each at most <see cref="LongestMessage"/>.
/// </summary>
internal sealed class Reassembly
{
    /// <summary>Bytes of the longest message that is taken: a chain of certificates nobody needs.</summary>
    public const int LongestMessage = 8 << 10;

    // Ours: a flight has five messages.
    private const int Window = 6;

    // Ours: a browser's longest flight has 3 KB.
    private const int MemoryLimit = 16 << 10;

    private readonly PartialMessage?[] _partial = new PartialMessage?[Window];
    private int _held;

    /// <summary>The number of the message to be taken next.</summary>
    public ushort Next { get; private set; }

    /// <summary>Takes a fragment; false when it is of no use.</summary>
    public bool TryAdd(in MessageHeader header, ReadOnlySpan<byte> fragment)
    {
        var ahead = header.Sequence - Next;
        if (ahead is < 0 or >= Window || header.MessageLength > LongestMessage) return false;
        ref var slot = ref _partial[header.Sequence % Window];
        if (slot is null)
        {
            if (_held + header.MessageLength > MemoryLimit) return false;
            _held += header.MessageLength;
            slot = new PartialMessage(header.Type, header.MessageLength);
        }
        else if (slot.Type != header.Type || slot.Body.Length != header.MessageLength)
        {
            return false;
        }

        slot.Add(header.FragmentOffset, fragment);
        return true;
    }

    /// <summary>Takes the next message, once all of it is there.</summary>
    public bool TryTake(out HandshakeMessage message)
    {
        message = default;
        ref var slot = ref _partial[Next % Window];
        if (slot is not { IsComplete: true } whole) return false;
        message = new HandshakeMessage(whole.Type, Next, whole.Body);
        _held -= whole.Body.Length;
        slot = null;
        Next++;
        return true;
    }
}
