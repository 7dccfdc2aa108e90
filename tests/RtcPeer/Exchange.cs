using QuicPair.Rtc.Sockets;

namespace QuicPair.RtcPeer;

/// <summary>One half of an exchange: sends the plan, and checks that the plan comes in.</summary>
internal sealed class Exchange
{
    private const long HighWater = 1 << 20;

    private readonly DataChannel _channel;
    private readonly TaskCompletionSource<(int Messages, long Bytes)> _received =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private int _messages;
    private long _bytes;

    public Exchange(DataChannel channel)
    {
        _channel = channel;
        channel.OnMessage = (message, _) => Check(message.Span);
    }

    /// <summary>Ends when everything has come, intact and in order; fails at the first message that is not.</summary>
    public Task<(int Messages, long Bytes)> Received => _received.Task;

    /// <summary>How many messages have come, whatever was in them.</summary>
    public int Messages => Volatile.Read(ref _messages);

    public async Task SendAll(CancellationToken cancellation)
    {
        for (var index = 0; index < MessagePlan.Count; index++)
        {
            await _channel.BufferedAmountBelow(HighWater, cancellation);
            if (!_channel.TrySend(MessagePlan.MessageAt(index)))
            {
                throw new InvalidOperationException($"Message {index} was refused.");
            }
        }
    }

    private void Check(ReadOnlySpan<byte> message)
    {
        var index = _messages;
        Volatile.Write(ref _messages, index + 1);
        _bytes += message.Length;
        if (!message.SequenceEqual(MessagePlan.MessageAt(index)))
        {
            _received.TrySetException(new InvalidDataException($"Message {index} has other {message.Length} bytes."));
        }
        else if (index + 1 == MessagePlan.Count)
        {
            _received.TrySetResult((index + 1, _bytes));
        }
    }
}
