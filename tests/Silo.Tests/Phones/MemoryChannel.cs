using System.Threading.Channels;
using QuicPair.Silo.Phones;

namespace QuicPair.Silo.Tests.Phones;

/// <summary>A data channel without a network: what the Mac sends waits until the phone reads it.</summary>
internal sealed class MemoryChannel : IMessageChannel
{
    private readonly Channel<byte[]> _toPhone = Channel.CreateUnbounded<byte[]>();
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Action<ReadOnlyMemory<byte>, bool>> _handler =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _buffered;

    public long BufferedAmount => IsHeld ? Interlocked.Read(ref _buffered) : 0;

    public Task Closed => _closed.Task;

    /// <summary>Whether the phone takes nothing: what is sent counts as buffered.</summary>
    public bool IsHeld { get; set; }

    public Action<ReadOnlyMemory<byte>, bool>? OnMessage
    {
        set => _handler.TrySetResult(value!);
    }

    public bool TrySend(ReadOnlySpan<byte> message)
    {
        if (_closed.Task.IsCompleted) return false;
        Interlocked.Add(ref _buffered, message.Length);
        return _toPhone.Writer.TryWrite(message.ToArray());
    }

    public Task BufferedAmountBelow(long bytes, CancellationToken cancellation) =>
        BufferedAmount <= bytes ? Task.CompletedTask : _drained.Task.WaitAsync(cancellation);

    public void Close()
    {
        _closed.TrySetResult();
        _toPhone.Writer.TryComplete();
    }

    /// <summary>The phone takes what waits.</summary>
    public void Release()
    {
        IsHeld = false;
        _drained.TrySetResult();
        _drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public async Task FromPhone(byte[] message, bool isText = false) =>
        (await _handler.Task.WaitAsync(TestContext.Current.CancellationToken))(message, isText);

    /// <summary>The next message for the phone, or null when the Mac closed the channel.</summary>
    public async Task<byte[]?> Next()
    {
        while (await _toPhone.Reader.WaitToReadAsync(TestContext.Current.CancellationToken))
        {
            if (_toPhone.Reader.TryRead(out var message)) return message;
        }

        return null;
    }
}
