using System.Buffers.Binary;

namespace QuicPair.Rtc.Sockets.Gathering.Relays;

/// <summary>Cuts a stream into STUN messages and ChannelData (RFC 8656, sections 12.5 and 3.1).</summary>
internal sealed class StreamMessages
{
    // Ours: the largest thing that a server has to say to us is one datagram of a peer.
    private const int MaximumMessage = 4_096;
    private const int StunHeaderLength = 20;
    private const int ChannelHeaderLength = 4;

    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(4 * MaximumMessage);
    private int _start;
    private int _end;

    /// <summary>Where the next bytes of the stream go; never empty.</summary>
    public Span<byte> Free
    {
        get
        {
            if (_buffer.Length - _end < MaximumMessage)
            {
                _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
                (_start, _end) = (0, _end - _start);
            }

            return _buffer.AsSpan(_end);
        }
    }

    /// <summary>So many bytes have come.</summary>
    public void Added(int count) => _end += count;

    /// <summary>
    /// Takes the next whole message, padding included; <paramref name="isBroken"/> when the stream makes no sense,
    /// which cannot be mended.
    /// </summary>
    public bool TryTake(out ReadOnlySpan<byte> message, out bool isBroken)
    {
        message = default;
        isBroken = false;
        var rest = _buffer.AsSpan(_start, _end - _start);
        if (rest.Length < ChannelHeaderLength) return false;
        var length = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
        var isChannel = rest[0] is >= 0x40 and <= 0x4F;
        var whole = isChannel ? ChannelHeaderLength + ((length + 3) & ~3) : StunHeaderLength + length;
        isBroken = whole > MaximumMessage || (!isChannel && (rest[0] > 0x3F || length % 4 != 0));
        if (isBroken || rest.Length < whole) return false;
        message = rest[..whole];
        _start += whole;
        return true;
    }
}
