using Microsoft.Extensions.Time.Testing;
using QuicPair.Silo.Hosting;

namespace QuicPair.Silo.Tests.Hosting;

public sealed class LaunchWaitTests
{
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_pause_is_longer_than_the_one_before_up_to_a_limit()
    {
        var wait = new LaunchWait(_time, TextWriter.Null);
        foreach (var seconds in new[] { 2, 4, 8, 15, 15 })
        {
            var pause = wait.Next("It is away.", Cancellation);
            _time.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
            Assert.False(pause.IsCompleted);
            _time.Advance(TimeSpan.FromMilliseconds(1));
            await pause;
        }
    }

    [Fact]
    public async Task What_is_waited_for_is_said_once()
    {
        var said = new StringWriter { NewLine = "\n" };
        var wait = new LaunchWait(_time, said);
        foreach (var sentence in new[] { "It is away.", "It is away.", "It refuses.", "It is away." })
        {
            var pause = wait.Next(sentence, Cancellation);
            _time.Advance(TimeSpan.FromMinutes(1));
            await pause;
        }

        Assert.Equal("It is away.\nIt refuses.\n", said.ToString());
    }

    [Fact]
    public async Task Who_asks_for_the_end_does_not_wait_for_the_pause()
    {
        using var asked = new CancellationTokenSource();
        var pause = new LaunchWait(_time, TextWriter.Null).Next("It is away.", asked.Token);
        await asked.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pause);
    }
}
