using QuicPair.Protocol.Handshake;

namespace QuicPair.Protocol.Frames;

/// <summary>
/// Turns channel messages into frames; a false result is fatal for the session. Allocates nothing per
/// frame.
/// </summary>
public sealed class FrameOpener(ICipher cipher)
{
    private RekeySchedule _schedule;
    private bool _failed;

    /// <summary>Frames opened so far; 0 until the other end proved that it has the keys.</summary>
    public long Count => _schedule.Next;

    /// <summary>
    /// Opens one channel message; the frame lives in <paramref name="plaintext"/> (16 384 bytes always
    /// suffice). After one failure every further message fails.
    /// </summary>
    public bool TryOpen(ReadOnlySpan<byte> channelMessage, Span<byte> plaintext, out Frame frame)
    {
        frame = default;
        _failed = _failed || !TryDecrypt(channelMessage, plaintext, out var length)
            || !Frame.TryParse(plaintext[..length], out frame);
        return !_failed;
    }

    private bool TryDecrypt(ReadOnlySpan<byte> channelMessage, Span<byte> plaintext, out int length)
    {
        length = 0;
        if (_schedule.IsExhausted
            || channelMessage.Length is <= ChannelLimits.Tag or > ChannelLimits.MaxChannelMessage
            || channelMessage[0] != (byte)ChannelMessageType.Data)
        {
            return false;
        }

        if (_schedule.IsRekeyDue)
        {
            cipher.RekeyReceiving();
        }

        _schedule.Advance();
        return cipher.TryOpen(channelMessage[1..], plaintext, out length);
    }
}
