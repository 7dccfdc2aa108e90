using QuicPair.Silo.Requests;

namespace QuicPair.Silo.Tests.Requests;

public sealed class EmbedTurnsTests
{
    private readonly List<string> _begun = [];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_of_each_device_in_turn()
    {
        var turns = new EmbedTurns(parallel: 1);
        var first = new TaskCompletionSource();
        Task[] all =
        [
            Take(turns, "a1", first.Task), Take(turns, "a2"), Take(turns, "a3"), Take(turns, "b1"), Take(turns, "c1"),
        ];
        Assert.Equal(["a1"], _begun);

        first.SetResult();
        await Task.WhenAll(all);

        Assert.Equal(["a1", "b1", "c1", "a2", "a3"], _begun);
    }

    [Fact]
    public async Task As_many_as_allowed_run_and_one_that_is_cancelled_waits_no_longer()
    {
        var turns = new EmbedTurns(parallel: 2);
        var hold = new TaskCompletionSource();
        using var stop = new CancellationTokenSource();
        Task[] running = [Take(turns, "a1", hold.Task), Take(turns, "a2", hold.Task)];
        var cancelled = turns.Take("b", () => Begin("b1", Task.CompletedTask), stop.Token);
        var waiting = Take(turns, "c1");
        Assert.Equal(["a1", "a2"], _begun);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        hold.SetResult();
        await Task.WhenAll([.. running, waiting]);

        Assert.Equal(["a1", "a2", "c1"], _begun);
    }

    [Fact]
    public async Task One_that_fails_gives_its_turn_back()
    {
        var turns = new EmbedTurns(parallel: 1);

        await Assert.ThrowsAsync<IOException>(
            () => turns.Take<bool>("a", () => throw new IOException("The runner hung up."), Cancellation));
        await Take(turns, "a1");

        Assert.Equal(["a1"], _begun);
    }

    private Task<bool> Take(EmbedTurns turns, string name, Task? until = null) =>
        turns.Take(name[..1], () => Begin(name, until ?? Task.CompletedTask), Cancellation);

    private async Task<bool> Begin(string name, Task until)
    {
        _begun.Add(name);
        await until;
        return true;
    }
}
