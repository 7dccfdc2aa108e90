using QuicPair.Silo.Answers;
using QuicPair.Silo.Runners;

namespace QuicPair.Silo.Tests.Answers;

public sealed class AnswerBookTests
{
    [Fact]
    public async Task Numbers_entries_by_one_counter_and_nothing_follows_the_end()
    {
        using var desk = new AnswerDesk();
        var reader = new AnswerDesk.Reader(desk.Ask("c1"));
        var script = await desk.Runner.Begun();
        desk.Time.Advance(AnswerLimits.StageAfter);
        Assert.Equal("""{"op":"status","id":"c1","stage":"reading"}""", await reader.Next());

        script.Think("hm");
        Assert.Equal("""{"op":"thinking","id":"c1","seq":1,"content":"hm"}""", await reader.Next());
        script.Say("I'm");
        Assert.Equal("""{"op":"delta","id":"c1","seq":2,"content":"I'm"}""", await reader.Next());
        desk.Time.Advance(TimeSpan.FromMilliseconds(40));
        script.Finish();

        Assert.Equal(
            """{"op":"done","id":"c1","seq":3,"reason":"stop","stats":{"queue_ms":0,"""
            + "\"load_ms\":3,\"prompt_ms\":5,\"ttft_ms\":200,\"runner_ms\":200,\"tokens\":2,\"tokens_per_s\":2}}",
            await reader.Next());
        Assert.True(reader.IsOver);
        Assert.Equal(2, desk.Work.TokensPerSecond);
    }

    [Fact]
    public async Task A_load_time_that_the_runner_does_not_say_is_left_out()
    {
        using var desk = new AnswerDesk();
        var reader = new AnswerDesk.Reader(desk.Ask("c1"));
        var script = await desk.Runner.Begun();

        script.Steps.Writer.TryWrite(new RunnerEvent.Finished(
            HitLimit: false,
            new RunnerStatistics(Load: null, TimeSpan.FromMilliseconds(5), 2, TimeSpan.FromSeconds(1))));

        Assert.EndsWith(
            """:{"queue_ms":0,"prompt_ms":5,"ttft_ms":0,"runner_ms":0,"tokens":2,"tokens_per_s":2}}""",
            await reader.Next(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_Mac_takes_before_it_asks_the_runner_is_not_the_runners_time()
    {
        using var desk = new AnswerDesk();
        var listing = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        desk.Runner.Listing = listing.Task;
        var reader = new AnswerDesk.Reader(desk.Ask("c1"));
        await desk.Runner.Listed();
        desk.Time.Advance(TimeSpan.FromMilliseconds(150));
        listing.SetResult();
        var script = await desk.Runner.Begun();
        desk.Time.Advance(TimeSpan.FromMilliseconds(40));
        script.Finish();

        var done = await reader.Next();

        Assert.Contains("\"queue_ms\":0,", done, StringComparison.Ordinal);
        Assert.Contains("\"ttft_ms\":190,\"runner_ms\":40,", done, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_quick_first_token_is_not_met_by_a_question_to_the_runner()
    {
        using var desk = new AnswerDesk();
        var reader = new AnswerDesk.Reader(desk.Ask("c1"));
        var script = await desk.Runner.Begun();
        desk.Time.Advance(AnswerLimits.StageAfter - TimeSpan.FromMilliseconds(1));
        script.Say("quick");
        Assert.Contains("quick", await reader.Next(), StringComparison.Ordinal);

        desk.Time.Advance(TimeSpan.FromSeconds(10));
        script.Finish();

        Assert.Contains("done", await reader.Next(), StringComparison.Ordinal);
        Assert.Equal(0, desk.Runner.StageQuestions);
    }

    [Fact]
    public async Task A_model_in_a_cloud_is_never_loaded_and_nobody_asks_for_it()
    {
        using var desk = new AnswerDesk();
        desk.Runner.Loaded.Clear();
        desk.Runner.Models[0] = new ModelCard("m", 1, Loaded: false, Remote: true, []);
        var reader = new AnswerDesk.Reader(desk.Ask("c1"));
        var script = await desk.Runner.Begun();
        desk.Time.Advance(AnswerLimits.StageAfter);
        Assert.Equal("""{"op":"status","id":"c1","stage":"reading"}""", await reader.Next());

        desk.Time.Advance(TimeSpan.FromSeconds(10));
        script.Finish();

        Assert.Contains("done", await reader.Next(), StringComparison.Ordinal);
        Assert.Equal(0, desk.Runner.StageQuestions);
    }

    [Fact]
    public async Task Merges_neighbours_of_one_kind_when_they_are_sent_together()
    {
        using var desk = new AnswerDesk();
        var answer = desk.Ask("c1");
        var live = new AnswerDesk.Reader(answer);
        var script = await desk.Runner.Begun();
        foreach (var word in (string[])["a", "b", "c"]) script.Say(word);
        script.Finish();
        await live.ToEnd();

        var late = new AnswerDesk.Reader(answer, after: 1);

        Assert.Equal("""{"op":"delta","id":"c1","seq":3,"content":"bc"}""", late.Now());
        Assert.StartsWith("""{"op":"done","id":"c1","seq":4""", late.Now(), StringComparison.Ordinal);
        Assert.True(late.IsOver);
    }

    [Fact]
    public async Task The_latest_subscriber_wins()
    {
        using var desk = new AnswerDesk();
        var answer = desk.Ask("c1");
        var first = new AnswerDesk.Reader(answer);
        var script = await desk.Runner.Begun();

        var second = new AnswerDesk.Reader(answer);
        script.Say("hello");

        Assert.True(first.IsOver);
        Assert.Null(first.Now());
        Assert.Contains("hello", await second.Next(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_id_there_are_only_delta_done_and_error()
    {
        using var desk = new AnswerDesk();
        var reader = new AnswerDesk.Reader(desk.Ask(null));
        var script = await desk.Runner.Begun();

        script.Think("hm");
        script.Say("hi");
        script.Finish();

        Assert.Equal(
            ["""{"op":"delta","content":"hi"}""", """{"op":"done"}"""], await reader.ToEnd());
    }

    [Fact]
    public async Task Not_streamed_is_one_delta_and_the_end()
    {
        using var desk = new AnswerDesk();
        var reader = new AnswerDesk.Reader(desk.Ask(null, streamed: false));
        var script = await desk.Runner.Begun();

        script.Say("a");
        script.Say("b");
        script.Finish();

        Assert.Equal(["""{"op":"delta","content":"ab"}""", """{"op":"done"}"""], await reader.ToEnd());
    }

    [Fact]
    public async Task An_answer_of_a_mebibyte_ends_with_length()
    {
        using var desk = new AnswerDesk();
        var reader = new AnswerDesk.Reader(desk.Ask("c1"));
        var script = await desk.Runner.Begun();
        for (var i = 0; i < 1025; i++) script.Say(new string('x', 1024));

        var messages = await reader.ToEnd();

        Assert.Contains("\"reason\":\"length\"", messages[^1], StringComparison.Ordinal);
        Assert.True(messages.Sum(message => message.Length) is > 1_000_000 and < 1_200_000);
    }

    [Fact]
    public void An_answer_of_tokens_of_one_character_takes_no_more_memory_than_its_limit()
    {
        using var answer = new Answer(AnswerDesk.Phone, "c1", streamed: true, TimeProvider.System);
        var token = new RunnerEvent.Delta("x");
        var tokens = 0;
        while (answer.Append(token)) tokens++;

        Assert.True(answer.IsEnded);
        Assert.InRange(tokens, 200_000, AnswerLimits.LogBytes / AnswerLimits.EntryBytes);
        Assert.InRange(answer.Bytes, tokens * AnswerLimits.EntryBytes, AnswerLimits.LogBytes + 100);
        Assert.Contains(
            "\"reason\":\"length\"", new AnswerDesk.Reader(answer, tokens).Now(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_runners_failure_is_the_answers_end()
    {
        using var desk = new AnswerDesk();
        var reader = new AnswerDesk.Reader(desk.Ask("c1"));
        var script = await desk.Runner.Begun();

        script.Break(new RunnerException(RunnerFault.ModelNotFound, "No such model."));

        var end = (await reader.ToEnd())[^1];
        Assert.Equal(
            """{"op":"error","id":"c1","seq":1,"code":"model_not_found","message":"No such model."}""", end);
    }

    [Fact]
    public async Task A_model_that_the_list_does_not_have_never_reaches_the_runner()
    {
        using var desk = new AnswerDesk();
        var chat = new RunnerChat("../../etc/passwd", [new RunnerMessage("user", "hi")]);
        var start = desk.Book.Start(AnswerDesk.Phone, "c1", chat, streamed: true);
        var reader = new AnswerDesk.Reader(Assert.IsType<AnswerStart.Accepted>(start).Answer);

        Assert.Contains("model_not_found", (await reader.ToEnd())[^1], StringComparison.Ordinal);
        Assert.False(desk.Runner.HasBegun);
    }

    [Fact]
    public async Task Cancelling_ends_an_answer_once_and_gives_the_runner_back()
    {
        using var desk = new AnswerDesk();
        var running = desk.Ask("c1");
        var waiting = desk.Ask("c2");
        var reader = new AnswerDesk.Reader(running);
        var script = await desk.Runner.Begun();
        script.Say("par");

        desk.Book.Cancel(running);
        desk.Book.Cancel(running);

        Assert.Contains("\"code\":\"cancelled\"", (await reader.ToEnd())[^1], StringComparison.Ordinal);
        Assert.True(script.Cancelled.IsCancellationRequested);
        Assert.Equal("c2", (await desk.Runner.Begun()).Chat.Messages[0].Content);
        Assert.False(waiting.IsEnded);
    }

    [Fact]
    public async Task A_count_that_fails_neither_keeps_the_runner_nor_the_end()
    {
        using var desk = new AnswerDesk();
        desk.Book.Spent = (_, _) => throw new IOException("The disk is full.");
        var answer = desk.Ask("c1");
        var reader = new AnswerDesk.Reader(answer);
        var script = await desk.Runner.Begun();
        script.Say("par");
        await reader.Next();

        Assert.Throws<IOException>(() => desk.Book.Cancel(answer));

        Assert.True(script.Cancelled.IsCancellationRequested);
        Assert.Contains("\"code\":\"cancelled\"", await reader.Next(), StringComparison.Ordinal);
        Assert.True(reader.IsOver);
    }

    [Fact]
    public async Task Who_counts_an_answer_may_wait_for_who_looks_at_it()
    {
        using var desk = new AnswerDesk();
        var looks = new List<string>();
        AnswerDesk.Reader? reader = null;
        desk.Book.Spent = (device, _) =>
        {
            // Another thread, as the dashboard's; the minute only ends a deadlock.
            var look = new Thread(() => looks.Add($"{desk.Book.Activity(device).Stage} {reader!.IsOver}"));
            look.Start();
            Assert.True(look.Join(TimeSpan.FromMinutes(1)));
        };
        reader = new AnswerDesk.Reader(desk.Ask("c1"));
        var script = await desk.Runner.Begun();
        script.Say("hi");
        script.Finish();

        Assert.Contains("\"op\":\"done\"", (await reader.ToEnd())[^1], StringComparison.Ordinal);
        Assert.Equal("idle False", Assert.Single(looks));
    }

    [Fact]
    public async Task A_chat_can_be_cancelled_while_it_waits()
    {
        using var desk = new AnswerDesk();
        desk.Ask("c1");
        var script = await desk.Runner.Begun();
        var waiting = desk.Ask("c2");
        var reader = new AnswerDesk.Reader(waiting);
        Assert.Equal("""{"op":"queued","id":"c2","position":1}""", await reader.Next());

        desk.Book.Cancel(waiting);

        Assert.Contains("cancelled", await reader.Next(), StringComparison.Ordinal);
        Assert.True(reader.IsOver);
        Assert.Equal(0, desk.Book.Waiting);
        Assert.False(script.Cancelled.IsCancellationRequested);
    }
}
