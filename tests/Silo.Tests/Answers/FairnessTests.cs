namespace QuicPair.Silo.Tests.Answers;

public sealed class FairnessTests
{
    private const int Devices = 20;
    private const int Rounds = 3;
    private const int Parallel = 2;

    [Fact]
    public async Task Twenty_devices_on_two_places_are_served_one_of_each_in_turn()
    {
        using var desk = new AnswerDesk(Parallel, maxWaiting: 100);
        for (var i = 0; i < Parallel; i++) desk.Ask($"first{i}", AnswerDesk.Tablet);
        for (var device = 0; device < Devices; device++)
        {
            // Each asks everything at once; a greedy device gains nothing by it.
            for (var round = 0; round < Rounds; round++) desk.Ask($"{round}-{device}", Device(device));
        }

        var order = await ServeAll(desk, Devices * Rounds);

        Assert.Equal(
            Enumerable.Range(0, Rounds).SelectMany(round =>
                Enumerable.Range(0, Devices).Select(device => $"{round}-{device}")),
            order);
    }

    [Fact]
    public async Task Nobody_starves_while_others_keep_asking()
    {
        using var desk = new AnswerDesk(Parallel);
        for (var i = 0; i < 6; i++) desk.Ask($"0-greedy{i}");
        var patient = desk.Ask("1-patient", Device(9));

        // Two of the greedy device run already; whenever one ends it asks again.
        for (var i = 0; i < Parallel; i++)
        {
            (await desk.Runner.Begun()).Finish();
            desk.Ask($"0-more{i}");
        }

        var next = await desk.Runner.Begun();
        Assert.Equal("1-patient", next.Chat.Messages[0].Content);
        Assert.False(patient.IsEnded);
    }

    [Fact]
    public async Task Positions_are_pushed_as_they_change_and_are_those_of_the_service()
    {
        using var desk = new AnswerDesk(Parallel);
        var readers = Enumerable.Range(0, 6)
            .Select(device => new AnswerDesk.Reader(desk.Ask($"0-{device}", Device(device)))).ToArray();
        foreach (var (reader, index) in readers.Skip(Parallel).Select((reader, index) => (reader, index)))
        {
            Assert.Equal(Position(index + Parallel, index + Parallel), await reader.Next());
        }

        var running = new[] { await desk.Runner.Begun(), await desk.Runner.Begun() };
        running[0].Finish();
        await desk.Runner.Begun();

        // The others are told once the runner is asked, perhaps at this moment; who enters tells them first.
        desk.Ask("0-6", Device(6));
        desk.Time.Advance(TimeSpan.FromSeconds(1));

        for (var device = 3; device < 6; device++)
        {
            Assert.Equal(Position(device, device - 1), await readers[device].Next());
        }
    }

    [Fact]
    public async Task The_runner_is_asked_before_those_who_wait_are_told_their_place()
    {
        using var desk = new AnswerDesk();
        desk.Ask("0-0", Device(0));
        var running = await desk.Runner.Begun();
        desk.Ask("0-1", Device(1));
        var last = desk.Ask("0-2", Device(2));
        desk.Time.Advance(TimeSpan.FromSeconds(1));
        var wasAsked = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var isReading = false;
        last.Subscribe(0, () =>
        {
            if (isReading) wasAsked.TrySetResult(desk.Runner.HasBegun);
        });
        isReading = true;

        running.Finish();

        Assert.True(await wasAsked.Task.WaitAsync(
            TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_full_queue_is_busy()
    {
        using var desk = new AnswerDesk(parallel: 1, maxWaiting: 3);
        for (var device = 0; device < 4; device++) desk.Ask("c", Device(device));

        Assert.Equal(
            ErrorCode.Busy,
            Assert.IsType<QuicPair.Silo.Answers.AnswerStart.Refused>(desk.Try("c", Device(4))).Code);
        desk.Book.Cancel(desk.Book.Find(Device(3), "c")!);
        Assert.IsType<QuicPair.Silo.Answers.AnswerStart.Accepted>(desk.Try("c", Device(4)));
    }

    private static string Position(int device, int position) =>
        $$"""{"op":"queued","id":"0-{{device}}","position":{{position}}}""";

    private static string Device(int number) => new string('a', 15) + (char)('c' + number);

    private static async Task<List<string>> ServeAll(AnswerDesk desk, int count)
    {
        var order = new List<string>();
        var running = new Queue<ScriptedRunner.Script>();
        for (var i = 0; i < Parallel; i++) running.Enqueue(await desk.Runner.Begun());
        while (order.Count < count)
        {
            // One ends, one begins: which is next is never a matter of threads.
            running.Dequeue().Finish();
            var script = await desk.Runner.Begun();
            Assert.False(desk.Runner.HasBegun);
            order.Add(script.Chat.Messages[0].Content);
            running.Enqueue(script);
        }

        return order;
    }
}
