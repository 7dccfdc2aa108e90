using QuicPair.Protocol.Codec;
using QuicPair.Protocol.Frames;
using QuicPair.Protocol.Handshake;
using QuicPair.Protocol.Messages;

namespace QuicPair.Silo.Phones;

/// <summary>
/// Encrypts and sends, never more than the channel takes: what an answer has to say waits in its log.
/// </summary>
internal sealed class SessionOutput(IMessageChannel channel, SecureChannel secure, Action wake, TimeProvider time)
{
    private readonly byte[] _buffer = new byte[ChannelLimits.MaxChannelMessage];
    private long _lowest;
    private long _progressAt;
    private bool _stalled;
    private long _sentAt = time.GetTimestamp();

    /// <summary>Whether the phone has taken nothing for too long.</summary>
    public bool IsStuck
    {
        get
        {
            if (!_stalled) return false;
            if (channel.BufferedAmount < _lowest)
            {
                _lowest = channel.BufferedAmount;
                _progressAt = time.GetTimestamp();
            }

            return time.GetElapsedTime(_progressAt) >= PhoneTimings.NoProgress;
        }
    }

    /// <summary>Whether too many replies wait for a phone that asks but does not read.</summary>
    public bool IsFlooded => secure.QueuedBytes > PhoneTimings.MaxUnread;

    /// <summary>Whether a phone that waits has heard nothing for so long that it should hear a ping.</summary>
    public bool IsQuiet => !_stalled && time.GetElapsedTime(_sentAt) >= PhoneTimings.Heartbeat;

    public void Send(Message message) => secure.Send(MessageWriter.Write(message));

    /// <summary>Sends while there is something and room; false when the channel is broken.</summary>
    /// <param name="next">The next message of an answer, or null.</param>
    public bool Drain(Func<Message?> next)
    {
        while (!secure.IsOver)
        {
            if (channel.BufferedAmount >= PhoneTimings.MaxBuffered)
            {
                Stall();
                return true;
            }

            _stalled = false;
            if (secure.TryTransmit(_buffer, out var length))
            {
                if (!channel.TrySend(_buffer.AsSpan(0, length))) return false;
                _sentAt = time.GetTimestamp();
            }
            else if (next() is { } message)
            {
                Send(message);
            }
            else
            {
                return true;
            }
        }

        return true;
    }

    private void Stall()
    {
        if (_stalled) return;
        _stalled = true;
        _lowest = channel.BufferedAmount;
        _progressAt = time.GetTimestamp();
        channel.BufferedAmountBelow(PhoneTimings.ResumeBuffered, CancellationToken.None)
            .ContinueWith(_ => wake(), TaskScheduler.Default);
    }
}
