using System.Diagnostics;
using QuicPair.Client;
using QuicPair.Protocol.Messages;
using Message = QuicPair.Protocol.Messages.Message;

namespace QuicPair.Benchmarks.Path;

/// <summary>
/// From a phone's "cancel" until the runner's request is aborted, and until the phone has the end, in each stage: the
/// phone and the runner are in this process, so that both are read from one clock.
/// </summary>
internal static class CancelRun
{
    public static async Task<int> Run(int rounds)
    {
        await using var runner = await MeteredRunner.Start();
        await using var silo = await SiloProcess.Start(runner.Address);
        await using var phone = new Phone(new PhoneOptions
        {
            Name = "measured",
            StorePath = System.IO.Path.Combine(silo.Home, "phone.json"),
        });
        await using var mac = await phone.Pair(await silo.Invite(), CancellationToken.None);
        var times = new StageTimes();
        foreach (var stage in Enum.GetValues<RunnerStage>())
        {
            for (var round = -5; round < rounds; round++)
            {
                await Once(mac, runner, stage, round < 0 ? new StageTimes() : times);
            }
        }

        runner.Stage = RunnerStage.Reading;
        for (var round = 0; round < rounds; round++) await Queued(mac, runner, times);
        times.Print($"{rounds} cancels in each stage, milliseconds");
        return 0;
    }

    private static async Task Once(PairedMac mac, MeteredRunner runner, RunnerStage stage, StageTimes times)
    {
        runner.Stage = stage;
        runner.Hold();
        var chat = mac.Chat(new ChatMessage { Prompt = "measure" });
        await using var messages = chat.GetAsyncEnumerator();
        await runner.Held;
        while (stage == RunnerStage.Streaming && messages.Current is not DeltaMessage) await messages.MoveNextAsync();
        var cancelled = Stopwatch.GetTimestamp();
        chat.Cancel();
        var stopped = await runner.Stopped;
        times.Add($"{Name(stage)}: the runner is stopped", Stopwatch.GetElapsedTime(cancelled, stopped));
        await End(messages);
        times.Add($"{Name(stage)}: the phone has the end", Stopwatch.GetElapsedTime(cancelled));
    }

    /// <summary>A chat that waits behind another never reaches the runner.</summary>
    private static async Task Queued(PairedMac mac, MeteredRunner runner, StageTimes times)
    {
        runner.Hold();
        var first = mac.Chat(new ChatMessage { Prompt = "measure" });
        await runner.Held;
        var asked = runner.Chats;
        var second = mac.Chat(new ChatMessage { Prompt = "measure" });
        await using var messages = second.GetAsyncEnumerator();
        while (messages.Current is not QueuedMessage) await messages.MoveNextAsync();
        var cancelled = Stopwatch.GetTimestamp();
        second.Cancel();
        await End(messages);
        times.Add("queued: the phone has the end", Stopwatch.GetElapsedTime(cancelled));
        first.Cancel();
        await using var rest = first.GetAsyncEnumerator();
        await End(rest);
        await runner.Stopped;
        if (runner.Chats != asked) throw new InvalidOperationException("A cancelled chat reached the runner.");
    }

    private static async Task End(IAsyncEnumerator<Message> messages)
    {
        while (messages.Current is not (ErrorMessage or DoneMessage)) await messages.MoveNextAsync();
    }

    private static string Name(RunnerStage stage) => stage.ToString().ToLowerInvariant();
}
