using System.Diagnostics;

namespace QuicPair.Client.Tests.Library;

/// <summary>A connection that is disposed while it connects.</summary>
public sealed class DisposalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestMac _mac = new();
    private readonly TaskCompletionSource _began = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _mac.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_attempt_is_cancelled_and_whoever_waits_for_it_is_told()
    {
        var connection = new MacConnection(async token =>
        {
            _began.TrySetResult();
            await Task.Delay(Timeout.Infinite, token);
            throw new UnreachableException();
        });
        var (first, second) = (connection.Open(Cancellation), connection.Open(Cancellation));
        await _began.Task.WaitAsync(Cancellation);
        await connection.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => first.WaitAsync(Cancellation));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => second.WaitAsync(Cancellation));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => connection.Open(Cancellation));
    }

    [Fact]
    public async Task A_session_that_comes_of_it_all_the_same_is_closed()
    {
        await using var phone = _mac.NewPhone(_folder);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        PairedMac? made = null;
        var connection = new MacConnection(async _ =>
        {
            _began.TrySetResult();
            await goOn.Task;
            return made = await phone.Pair(_mac.Link, Cancellation);
        });
        var opening = connection.Open(Cancellation);
        await _began.Task.WaitAsync(Cancellation);
        var disposing = connection.DisposeAsync().AsTask();
        goOn.SetResult();
        await disposing.WaitAsync(Cancellation);

        Assert.True(made is { Ended.IsCompleted: true });
        Assert.Same(made, await opening);
    }
}
