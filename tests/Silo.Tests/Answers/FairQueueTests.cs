using Microsoft.Extensions.Time.Testing;
using QuicPair.Silo.Answers;
using QuicPair.Silo.Runners;

namespace QuicPair.Silo.Tests.Answers;

public sealed class FairQueueTests
{
    private static readonly TimeProvider Time = TimeProvider.System;

    [Fact]
    public void One_of_each_device_in_turn()
    {
        var queue = Queue(parallel: 1);
        foreach (var chat in (string[])["a1", "a2", "a3", "b1", "c1", "b2"]) queue.Enter(Ticket(chat));

        Assert.Equal("a1 b1 c1 a2 b2 a3", string.Join(' ', Drain(queue)));
    }

    [Fact]
    public void A_device_that_was_just_served_waits_for_the_others()
    {
        var queue = Queue(parallel: 1);
        queue.Enter(Ticket("a1"));
        var first = queue.Start()!;
        queue.Enter(Ticket("a2"));
        queue.Enter(Ticket("b1"));
        queue.Leave(first);

        Assert.Equal("b1 a2", string.Join(' ', Drain(queue)));
    }

    [Fact]
    public void Positions_count_the_chats_ahead()
    {
        var queue = Queue(parallel: 1);
        foreach (var chat in (string[])["a1", "a2", "b1"]) queue.Enter(Ticket(chat));
        queue.Start();

        Assert.Equal(
            ["b1:1", "a2:2"], queue.Positions().Select(place => $"{place.Ticket.Answer.Id}:{place.Ahead}"));
    }

    [Fact]
    public void Runs_as_many_as_allowed()
    {
        var queue = Queue(parallel: 2);
        foreach (var chat in (string[])["a1", "a2", "b1"]) queue.Enter(Ticket(chat));

        Assert.NotNull(queue.Start());
        Assert.NotNull(queue.Start());
        Assert.Null(queue.Start());
        Assert.Equal((2, 1), (queue.Running, queue.Waiting));
    }

    [Fact]
    public async Task Positions_are_said_at_most_once_a_second()
    {
        using var desk = new AnswerDesk();
        desk.Ask("c1");
        var script = await desk.Runner.Begun();
        desk.Ask("c2");
        desk.Ask("c3");
        var reader = new AnswerDesk.Reader(desk.Ask("c4"));
        Assert.Equal("""{"op":"queued","id":"c4","position":3}""", await reader.Next());

        script.Finish();
        await desk.Runner.Begun();
        Assert.Null(reader.Now());
        desk.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("""{"op":"queued","id":"c4","position":2}""", await reader.Next());
    }

    [Fact]
    public void A_position_that_comes_late_is_not_said()
    {
        var time = new FakeTimeProvider();
        using var answer = new Answer("a", "c1", streamed: true, time);
        var reader = new AnswerDesk.Reader(answer);

        answer.Queued(1, asOf: 2);
        answer.Queued(2, asOf: 1);
        Assert.Equal("""{"op":"queued","id":"c1","position":1}""", reader.Now());
        time.Advance(AnswerLimits.PositionInterval);
        Assert.Null(reader.Now());

        answer.Started();
        answer.Queued(3, asOf: 3);
        Assert.Null(reader.Now());
        Assert.Equal("reading", answer.Activity);
    }

    private static FairQueue<ChatTicket> Queue(int parallel) => new(parallel, ticket => ticket.Answer.Device);

    private static ChatTicket Ticket(string name) =>
        new(new Answer(name[..1], name, streamed: true, Time), new RunnerChat("m", []));

    private static IEnumerable<string> Drain(FairQueue<ChatTicket> queue)
    {
        while (queue.Start() is { } ticket)
        {
            yield return ticket.Answer.Id!;
            queue.Leave(ticket);
        }
    }
}
