using System.CommandLine;
using System.Diagnostics;
using QuicPair.Cli.Macs;
using QuicPair.Client;
using QuicPair.Protocol;
using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Messages;

namespace QuicPair.Cli.Bench;

/// <summary><c>quicpair bench</c>: the time to the first token over the real path, stage by stage.</summary>
internal static class BenchCommand
{
    private const int AnswerTokens = 8;

    public static Command Create(Terminal terminal, Option<string?> home)
    {
        var link = new Argument<string?>("link")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "The link that the Mac shows; needed once, later it may be left out.",
        };
        var count = new Option<int>("--count", "-n")
        {
            Description = "How many prompts; default 20.",
            DefaultValueFactory = _ => 20,
        };
        var warm = new Option<int>("--warm-up")
        {
            Description = "Warm-up prompts, not counted; default 2.",
            DefaultValueFactory = _ => 2,
        };
        var model = new Option<string?>("--model", "-m") { Description = "Which model to ask, by its exact name." };
        var prompt = new Option<string>("--prompt")
        {
            Description = "What to ask.",
            DefaultValueFactory = _ => "Say hello in one word.",
        };
        var mac = new Option<string?>("--mac") { Description = "Which paired Mac, by name or id." };
        var relay = new Option<bool>("--relay") { Description = "Measure the way through the TURN server only." };
        var json = new Option<bool>("--json") { Description = "Print one line of JSON." };
        var command = new Command(
            "bench",
            "Measure the time to the first token over the real path; the exit code is 1 when it is not "
            + "below 150 ms at p50 and 250 ms at p90.")
        {
            link, count, warm, model, prompt, mac, relay, json,
        };
        command.SetAction((parsed, cancellation) => Run(
            terminal,
            MacChoice.Options(terminal, parsed.GetValue(home), null) with { RelayOnly = parsed.GetValue(relay) },
            (parsed.GetValue(link), parsed.GetValue(mac)),
            new ChatMessage { Model = parsed.GetValue(model), Prompt = parsed.GetValue(prompt) },
            (parsed.GetValue(warm), parsed.GetValue(count)),
            parsed.GetValue(json),
            cancellation));
        return command;
    }

    private static async Task<int> Run(
        Terminal terminal,
        PhoneOptions options,
        (string? Link, string? Mac) which,
        ChatMessage request,
        (int WarmUp, int Count) prompts,
        bool json,
        CancellationToken cancellation)
    {
        if (prompts is not { WarmUp: >= 0 and <= 1000, Count: >= 1 and <= 10_000 })
        {
            return terminal.Fail("There are 1 to 10000 prompts, and 0 to 1000 before them.", ExitCode.Usage);
        }

        if (LinkText.Refusal(request.Prompt ?? "") is { } refusal) return terminal.Fail(refusal, ExitCode.Usage);
        PairingLink? link = null;
        if (which.Link is not null && !LinkText.TryRead(which.Link, out link, out var problem))
        {
            return terminal.Fail(problem, ExitCode.Usage);
        }

        await using var phone = new Phone(options);
        if (!MacChoice.TryChoose(terminal, phone, link, which.Mac, null, out var connect))
        {
            return terminal.Fail(MacChoice.NothingPaired(which.Mac, options), ExitCode.Usage);
        }

        await using var mac = await connect(cancellation);
        var runs = new List<BenchRun>();
        await terminal.WithBar("Asking", prompts.WarmUp + prompts.Count, async asked =>
        {
            for (var i = 0; i < prompts.WarmUp + prompts.Count; i++)
            {
                var sampling = new ChatOptions { MaxTokens = AnswerTokens, Seed = i };
                runs.Add(await Ask(mac, request with { Options = sampling }, cancellation));
                asked();
            }
        });
        var report = new BenchReport(mac, request.Model, [.. runs.Skip(prompts.WarmUp)]);
        if (json)
        {
            terminal.Out.WriteLine(report.Json().ToJsonString());
        }
        else
        {
            report.Print(terminal);
        }

        return report.Holds ? ExitCode.Ok : ExitCode.Failed;
    }

    private static async Task<BenchRun> Ask(PairedMac mac, ChatMessage request, CancellationToken cancellation)
    {
        var startedAt = Stopwatch.GetTimestamp();
        double? first = null;
        await foreach (var message in mac.Chat(request).WithCancellation(cancellation))
        {
            switch (message)
            {
                case DeltaMessage or ThinkingMessage or ToolCallMessage:
                    first ??= Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds;
                    break;
                case ErrorMessage error:
                    throw new AnswerException(error);
                case DoneMessage done when first is { } time:
                    return new BenchRun(time, done.Statistics);
                default:
                    break;
            }
        }

        throw new AnswerException(ErrorCode.RunnerFailed, "The model gave an empty answer; there is nothing to time.");
    }
}
