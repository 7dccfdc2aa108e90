using QuicPair.Protocol.Chat;
using QuicPair.SignalingApi.Telemetry;
using QuicPair.Silo.Runners;

namespace QuicPair.Silo.Answers;

/// <summary>Asks the runner and writes what it says into the answer.</summary>
internal sealed partial class ChatWork(
    IModelRunner runner, ModelCatalog catalog, RunnerOptions options, TimeProvider time, ILogger<ChatWork> log)
{
    private long _lastSpeed = BitConverter.DoubleToInt64Bits(double.NaN);

    /// <summary>Tokens per second of the last answer, or null before the first.</summary>
    public double? TokensPerSecond =>
        BitConverter.Int64BitsToDouble(Interlocked.Read(ref _lastSpeed)) is var speed && double.IsNaN(speed)
            ? null
            : speed;

    /// <summary>Runs until the answer has ended; never throws.</summary>
    public async Task Run(Answer answer, RunnerChat chat)
    {
        using var activity = Meters.Activities.StartActivity("quicpair.chat");
        var first = TimeSpan.FromSeconds(options.FirstTokenSeconds);
        var between = TimeSpan.FromSeconds(options.SilenceSeconds);

        // A runner may hold a tool call back until it is whole, and says nothing while the model writes it.
        if (chat.Tools.Count > 0 && first > between) between = first;
        using var silence = new SilenceWatch(first, time, answer.Stopped);
        try
        {
            var model = await catalog.Find(chat.Model, chat.MayUse, silence.Token);
            _ = TellStage(answer, model);
            answer.AskedRunner();
            var question = chat with { Model = model.Name, Heard = silence.Heard };
            await foreach (var step in runner.Chat(question, silence.Token))
            {
                silence.Heard(between);
                if (step is RunnerEvent.Finished { Statistics: { TokensPerSecond: > 0 } statistics })
                {
                    var speed = BitConverter.DoubleToInt64Bits(statistics.TokensPerSecond);
                    Interlocked.Exchange(ref _lastSpeed, speed);
                }

                if (!answer.Append(step)) break;
            }
        }
        catch (OperationCanceledException)
        {
            if (silence.HasFired) answer.Fail(ErrorCode.RunnerFailed, "The model runner fell silent.");
            answer.Fail(ErrorCode.Cancelled);
        }
        catch (RunnerException problem)
        {
            answer.Fail(problem.Code, problem.Message);
        }
        catch (Exception problem)
        {
            RunnerBroke(problem.GetType().Name);
            answer.Fail(ErrorCode.RunnerFailed);
        }
    }

    // Asked beside the chat, and only when the first token takes its time: it never competes with it.
    private async Task TellStage(Answer answer, ModelCard model)
    {
        try
        {
            await Task.Delay(AnswerLimits.StageAfter, time, answer.Stopped);
            while (!answer.HasEntries)
            {
                // A model in a cloud is never in this Mac's memory.
                var reads = model.Remote
                    || (await runner.Running(answer.Stopped)).Any(running => running.Name == model.Name);
                answer.Stage(reads ? LoadStage.Reading : LoadStage.Loading);
                if (reads) return;
                await Task.Delay(AnswerLimits.LoadPoll, time, answer.Stopped);
            }
        }
        catch (Exception problem) when (problem is RunnerException or OperationCanceledException
                                            or ObjectDisposedException)
        {
            // The chat itself says what is wrong.
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The runner failed in an unexpected way: {Kind}.")]
    private partial void RunnerBroke(string kind);
}
