using System.Runtime.CompilerServices;
using QuicPair.Silo.Answers;
using QuicPair.Silo.Runners;

namespace QuicPair.Silo.Tests.Answers;

public sealed class AnswerLimitsTests
{
    private const int LongText = 1_000_000;

    // So many of that length are kept of all devices.
    private const int LongLogs = (int)(AnswerLimits.KeptBytes / (LongText + AnswerLimits.EntryBytes));

    [Fact]
    public async Task An_id_that_is_kept_is_refused_and_the_first_chat_goes_on()
    {
        using var desk = new AnswerDesk();
        var first = desk.Ask("c1");
        await desk.Runner.Begun();

        Assert.Equal(ErrorCode.Exists, Assert.IsType<AnswerStart.Refused>(desk.Try("c1")).Code);

        Assert.False(first.IsEnded);
        Assert.IsType<AnswerStart.Accepted>(desk.Try("c1", AnswerDesk.Tablet));
    }

    [Fact]
    public void A_device_has_eight_unfinished_chats()
    {
        using var desk = new AnswerDesk();
        for (var i = 0; i < 8; i++) desk.Ask($"c{i}");

        Assert.Equal(ErrorCode.Busy, Assert.IsType<AnswerStart.Refused>(desk.Try("c8")).Code);
        Assert.IsType<AnswerStart.Accepted>(desk.Try("c8", AnswerDesk.Tablet));
    }

    [Fact]
    public async Task A_device_keeps_sixteen_logs_the_oldest_ended_goes_first()
    {
        using var desk = new AnswerDesk();
        for (var i = 0; i < 17; i++) await Finish(desk, $"c{i}");

        Assert.Null(desk.Book.Find(AnswerDesk.Phone, "c0"));
        Assert.NotNull(desk.Book.Find(AnswerDesk.Phone, "c1"));
        Assert.Null(desk.Book.Find(AnswerDesk.Tablet, "c1"));
    }

    [Fact]
    public async Task Ended_logs_of_all_devices_take_so_much_memory_and_the_oldest_goes_first()
    {
        const int tooMany = 3;
        using var desk = new AnswerDesk();
        await FinishLong(desk, 0, LongLogs + tooMany);
        await WaitUntilIdle(desk);

        Assert.Equal(
            Enumerable.Range(tooMany, LongLogs),
            Enumerable.Range(0, LongLogs + tooMany).Where(i => desk.Book.Find(Device(i), $"c{i}") is not null));
    }

    [Fact]
    public async Task The_memory_of_forgotten_logs_is_there_for_others()
    {
        const int more = 10;
        using var desk = new AnswerDesk();
        await FinishLong(desk, 0, LongLogs);
        await WaitUntilIdle(desk);

        desk.Book.Drop(Device(0));
        await FinishLong(desk, LongLogs, more);
        await Finish(desk, "the last again");

        Assert.Equal(
            Enumerable.Range(0, LongLogs).Where(i => Device(i) != Device(0)),
            Enumerable.Range(0, LongLogs).Where(i => desk.Book.Find(Device(i), $"c{i}") is not null));
    }

    [Fact]
    public async Task What_was_asked_is_not_kept_with_the_log()
    {
        using var desk = new AnswerDesk();
        var (answer, asked) = AskAndForget(desk);
        var reader = new AnswerDesk.Reader(answer);
        (await desk.Runner.Begun()).Finish();
        await reader.ToEnd();
        await WaitUntilIdle(desk);

        // A thread may still be on its way out of the chat's work.
        for (var round = 0; round < 100 && asked.IsAlive; round++)
        {
            GC.Collect();
            await Task.Yield();
        }

        Assert.False(asked.IsAlive);
        Assert.NotNull(desk.Book.Find(AnswerDesk.Phone, "c1"));
    }

    [Fact]
    public async Task A_runner_that_is_slow_to_let_go_gives_its_place_back_in_the_end()
    {
        using var desk = new AnswerDesk();
        desk.Runner.IgnoresCancel = true;
        var stubborn = desk.Ask("stubborn");
        var script = await desk.Runner.Begun();
        desk.Book.Cancel(stubborn);
        for (var i = 0; i < 16; i++) desk.Book.Cancel(desk.Ask($"c{i}"));

        desk.Ask("next");
        script.Steps.Writer.TryComplete();

        Assert.Equal("next", (await desk.Runner.Begun()).Chat.Messages[^1].Content);
    }

    [Fact]
    public async Task Of_sixteen_logs_the_one_goes_that_ended_first_and_not_the_one_that_began_first()
    {
        using var desk = new AnswerDesk(parallel: 2);
        var reader = new AnswerDesk.Reader(desk.Ask("long"));
        var script = await desk.Runner.Begun();
        for (var i = 0; i < 14; i++)
        {
            await Finish(desk, $"c{i}");
            desk.Time.Advance(TimeSpan.FromSeconds(1));
        }

        script.Finish();
        await reader.ToEnd();
        await WaitUntilIdle(desk);
        await Finish(desk, "one more");

        Assert.NotNull(desk.Book.Find(AnswerDesk.Phone, "long"));
        Assert.Null(desk.Book.Find(AnswerDesk.Phone, "c0"));
        Assert.NotNull(desk.Book.Find(AnswerDesk.Phone, "c1"));
    }

    [Fact]
    public async Task A_log_is_kept_for_ten_minutes_after_its_end()
    {
        using var desk = new AnswerDesk();
        await Finish(desk, "c1");
        await WaitUntilIdle(desk);

        desk.Time.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));
        Assert.NotNull(desk.Book.Find(AnswerDesk.Phone, "c1"));
        desk.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Null(desk.Book.Find(AnswerDesk.Phone, "c1"));
    }

    [Fact]
    public async Task A_chat_without_any_connection_is_cancelled_after_ten_minutes()
    {
        // The runner may be silent for longer than all that this takes.
        using var desk = new AnswerDesk(firstTokenSeconds: 3600);
        desk.Book.Connected(AnswerDesk.Phone);
        desk.Book.Connected(AnswerDesk.Phone);
        var answer = desk.Ask("c1");
        await desk.Runner.Begun();

        desk.Book.Disconnected(AnswerDesk.Phone);
        desk.Time.Advance(TimeSpan.FromMinutes(11));
        Assert.False(answer.IsEnded);

        desk.Book.Disconnected(AnswerDesk.Phone);
        desk.Time.Advance(TimeSpan.FromMinutes(9));
        desk.Book.Connected(AnswerDesk.Phone);
        desk.Time.Advance(TimeSpan.FromMinutes(9));
        Assert.False(answer.IsEnded);

        desk.Book.Disconnected(AnswerDesk.Phone);
        desk.Time.Advance(TimeSpan.FromMinutes(10));
        Assert.True(answer.IsEnded);
    }

    [Fact]
    public async Task Dropping_a_device_ends_its_chats_and_forgets_its_logs()
    {
        using var desk = new AnswerDesk();
        await Finish(desk, "old");
        var running = desk.Ask("c1");
        var reader = new AnswerDesk.Reader(running);
        var script = await desk.Runner.Begun();

        desk.Book.Drop(AnswerDesk.Phone);

        Assert.True(script.Cancelled.IsCancellationRequested);
        Assert.Contains("revoked", (await reader.ToEnd())[^1], StringComparison.Ordinal);
        Assert.Null(desk.Book.Find(AnswerDesk.Phone, "old"));
        Assert.Null(desk.Book.Find(AnswerDesk.Phone, "c1"));
    }

    // Of its own, so that nothing of it is on the test's stack.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (Answer Answer, WeakReference Asked) AskAndForget(AnswerDesk desk)
    {
        var message = new RunnerMessage("user", "hi");
        var start = desk.Book.Start(AnswerDesk.Phone, "c1", new RunnerChat("m", [message]), streamed: true);
        return (Assert.IsType<AnswerStart.Accepted>(start).Answer, new WeakReference(message));
    }

    /// <summary>Long logs, one a millisecond.</summary>
    private static async Task FinishLong(AnswerDesk desk, int first, int count)
    {
        var text = new string('x', LongText);
        for (var i = first; i < first + count; i++)
        {
            await Finish(desk, $"c{i}", Device(i), text);
            desk.Time.Advance(TimeSpan.FromMilliseconds(1));
        }
    }

    // So many devices that none has more than its sixteen.
    private static string Device(int log) => new string('a', 15) + (char)('c' + (log % 5));

    private static async Task Finish(
        AnswerDesk desk, string id, string device = AnswerDesk.Phone, string text = "")
    {
        var reader = new AnswerDesk.Reader(desk.Ask(id, device));
        var script = await desk.Runner.Begun();
        if (text.Length > 0) script.Say(text);
        script.Finish();
        await reader.ToEnd();
    }

    /// <summary>A chat that is let through tells that the one before has given the runner back.</summary>
    private static Task WaitUntilIdle(AnswerDesk desk) => Finish(desk, "last");
}
