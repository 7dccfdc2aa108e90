using QuicPair.Protocol.Handshake;

namespace QuicPair.Protocol.Frames;

/// <summary>
/// Turns frames into channel messages: padding, rekeying, encryption. Allocates nothing per frame.
/// </summary>
public sealed class FrameSealer(ICipher cipher)
{
    private RekeySchedule _schedule;

    /// <summary>How long messages are made; may change between frames.</summary>
    public PaddingPolicy Padding { get; set; }

    /// <summary>Frames sealed so far.</summary>
    public long Count => _schedule.Next;

    /// <summary>
    /// Whether only the closing frame is left: the session has to be renewed (close code 2). After 2^32
    /// frames sealing throws.
    /// </summary>
    public bool MustRenew => _schedule.Next >= RekeySchedule.FramesPerSession - 1;

    /// <summary>
    /// Seals one frame into <paramref name="channelMessage"/> (16 384 bytes always suffice); returns its
    /// length.
    /// </summary>
    public int Seal(FrameKind kind, bool isLast, ReadOnlySpan<byte> content, Span<byte> channelMessage)
    {
        if (_schedule.IsExhausted)
        {
            throw new InvalidOperationException("The session carried its last frame.");
        }

        if (_schedule.IsRekeyDue)
        {
            cipher.RekeySending();
        }

        _schedule.Advance();
        var length = Frames.Padding.ChannelMessageLength(Padding, content.Length);
        var plaintext = channelMessage[1..(length - ChannelLimits.Tag)];
        Frame.Write(kind, isLast, content, plaintext);
        channelMessage[0] = (byte)ChannelMessageType.Data;
        return 1 + cipher.Seal(plaintext, channelMessage[1..]);
    }
}
