using QuicPair.Rtc.Sockets;

namespace QuicPair.Interop;

/// <summary>Our half of an exchange: sends the plan, and checks that the plan comes in.</summary>
internal sealed class Exchange
{
    private const long HighWater = 1 << 20;

    private readonly DataChannel _channel;
    private readonly TaskCompletionSource _received = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _next;

    public Exchange(DataChannel channel)
    {
        _channel = channel;
        channel.OnMessage = (message, _) => Check(message.Span);
    }

    /// <summary>Ends when everything has come, intact and in order; fails at the first message that is not.</summary>
    public Task Received => _received.Task;

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
        if (!message.SequenceEqual(MessagePlan.MessageAt(_next)))
        {
            _received.TrySetException(new InvalidDataException($"Message {_next} has other {message.Length} bytes."));
        }
        else if (++_next == MessagePlan.Count)
        {
            _received.TrySetResult();
        }
    }
}
