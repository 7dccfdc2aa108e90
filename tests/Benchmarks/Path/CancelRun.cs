using System.Diagnostics;
using QuicPair.Client;
using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Messages;
using Message = QuicPair.Protocol.Messages.Message;

namespace QuicPair.Benchmarks.Path;

/// <summary>
/// From a phone's "cancel" until the runner's request is aborted, and until the phone has the end, in each stage, once
/// the phone was told of it: the phone and the runner are in this process, so that both are read from one clock.
/// </summary>
internal static class CancelRun
{
    private const int WarmUp = 5;
    private const int BudgetMilliseconds = 100;

    private static readonly RunnerStage[] Stages = Enum.GetValues<RunnerStage>();

    /// <returns>1 when a hundredth of the stops took longer than the budget, in any stage.</returns>
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
        foreach (var stage in Stages)
        {
            for (var round = -WarmUp; round < rounds; round++)
            {
                await Once(mac, runner, stage, round < 0 ? new StageTimes() : times);
            }
        }

        runner.Stage = RunnerStage.Reading;
        for (var round = 0; round < rounds; round++) await Queued(mac, runner, times);
        times.Print($"{rounds} cancels in each stage, milliseconds");
        var slowest = Stages.Max(stage => times.Percentile(Stopped(stage), 0.99));
        Console.WriteLine(FormattableString.Invariant(
            $"p99 of the slowest stage's stops of the runner: {slowest:F2} ms (budget {BudgetMilliseconds})"));
        return slowest > BudgetMilliseconds ? 1 : 0;
    }

    private static async Task Once(PairedMac mac, MeteredRunner runner, RunnerStage stage, StageTimes times)
    {
        runner.Stage = stage;
        runner.Hold();
        var chat = mac.Chat(new ChatMessage { Prompt = "measure" });
        await using var messages = chat.GetAsyncEnumerator();
        await runner.Held;
        await Until(messages, message => Tells(message, stage));
        var cancelled = Stopwatch.GetTimestamp();
        chat.Cancel();
        var stopped = await runner.Stopped;
        times.Add(Stopped(stage), Stopwatch.GetElapsedTime(cancelled, stopped));
        await Until(messages, IsEnd);
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
        await Until(messages, message => message is QueuedMessage);
        var cancelled = Stopwatch.GetTimestamp();
        second.Cancel();
        await Until(messages, IsEnd);
        times.Add("queued: the phone has the end", Stopwatch.GetElapsedTime(cancelled));
        first.Cancel();
        await using var rest = first.GetAsyncEnumerator();
        await Until(rest, IsEnd);
        await runner.Stopped;
        if (runner.Chats != asked) throw new InvalidOperationException("A cancelled chat reached the runner.");
    }

    private static async Task Until(IAsyncEnumerator<Message> messages, Func<Message, bool> isWanted)
    {
        while (await messages.MoveNextAsync())
        {
            if (isWanted(messages.Current)) return;
        }

        throw new InvalidOperationException("The chat ended without what was waited for.");
    }

    /// <summary>Whether a phone knows by that message where the runner is.</summary>
    private static bool Tells(Message message, RunnerStage stage) => stage switch
    {
        RunnerStage.Loading => message is StatusMessage { Stage: LoadStage.Loading },
        RunnerStage.Reading => message is StatusMessage { Stage: LoadStage.Reading },
        _ => message is DeltaMessage,
    };

    private static bool IsEnd(Message message) => message is ErrorMessage or DoneMessage;

    private static string Stopped(RunnerStage stage) => $"{Name(stage)}: the runner is stopped";

    private static string Name(RunnerStage stage) => stage.ToString().ToLowerInvariant();
}
