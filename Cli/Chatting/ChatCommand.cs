using System.CommandLine;
using QuicPair.Cli.Macs;
using QuicPair.Client;
using QuicPair.Protocol;

namespace QuicPair.Cli.Chatting;

/// <summary><c>quicpair chat [link] [prompt]</c>: pairs at first use, then asks.</summary>
internal static class ChatCommand
{
    // From the protocol: numbers are plain digits.
    private const long MaxSeed = (1L << 53) - 1;

    public static Command Create(Terminal terminal, Option<string?> home)
    {
        var first = new Argument<string?>("link")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "The link that the Mac shows; needed once, later it may be left out.",
        };
        var second = new Argument<string?>("prompt")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "What to ask; one that begins with - goes behind --. Without it: interactive, or all of "
                + "stdin when it is a pipe.",
        };
        var model = new Option<string?>("--model", "-m")
        {
            Description = "Which model to ask, by its exact name; of several paired Macs one that has it answers.",
        };
        var system = new Option<string?>("--system") { Description = "Instructions for the model." };
        var seed = Seed();
        var think = new Option<bool?>("--think") { Description = "Whether a model that can think first does." };
        var image = new Option<string[]>("--image")
        {
            Description = "A picture for the first question; repeatable.",
        }.OfFiles();
        var resume = new ResumeOptions();
        var mac = new Option<string?>("--mac") { Description = "Which paired Mac, by name or id." };
        var name = new Option<string?>("--name") { Description = "This device's name, as the Mac's owner sees it." };
        var stats = new Option<bool>("--stats") { Description = "Say the path and where the time went, on stderr." };
        var json = new Option<bool>("--json") { Description = "Print each message as a line of JSON." };
        var command = new Command("chat", "Ask a model of your Mac.")
        {
            first, second, model, system, seed, think, image, resume.Id, resume.After, mac, name, stats, json,
        };
        command.SetAction((parsed, cancellation) =>
        {
            var settings = new ChatSettings
            {
                Model = parsed.GetValue(model),
                System = parsed.GetValue(system),
                Seed = parsed.GetValue(seed),
                Think = parsed.GetValue(think),
                Mac = parsed.GetValue(mac),
                Stats = parsed.GetValue(stats),
                Json = parsed.GetValue(json),
            };
            if (!TryReadImages(terminal, parsed.GetValue(image) ?? [], ref settings))
            {
                return Task.FromResult(ExitCode.Usage);
            }

            string?[] words = [parsed.GetValue(first), parsed.GetValue(second)];
            var options = MacChoice.Options(terminal, parsed.GetValue(home), parsed.GetValue(name));
            return TrySplit([.. words.OfType<string>()], out var link, out var prompt, out var problem)
                && resume.TryRead(parsed, prompt is not null, out var answer, out problem)
                    ? Run(terminal, settings with { Answer = answer }, options, (link, prompt), cancellation)
                    : Task.FromResult(terminal.Fail(problem, ExitCode.Usage));
        });
        return command;
    }

    private static Option<long?> Seed()
    {
        var seed = new Option<long?>("--seed") { Description = "The seed: the same one gives the same answer." };
        seed.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<long?>() is < 0 or > MaxSeed)
            {
                result.AddError($"A seed is a whole number from 0 to {MaxSeed}.");
            }
        });
        return seed;
    }

    private static async Task<int> Run(
        Terminal terminal,
        ChatSettings settings,
        PhoneOptions options,
        (string? Link, string? Prompt) words,
        CancellationToken cancellation)
    {
        var (linkText, prompt) = words;
        PairingLink? link = null;
        if (linkText is not null && !LinkText.TryRead(linkText, out link, out var problem))
        {
            return terminal.Fail(problem, ExitCode.Usage);
        }

        if (settings.Answer is null && (prompt is "-" || (prompt is null && !terminal.HasKeyboard)))
        {
            prompt = (await terminal.In.ReadToEndAsync(cancellation)).Trim();
        }

        if ((LinkText.Refusal(prompt ?? "") ?? LinkText.Refusal(settings.System ?? "")) is { } refusal)
        {
            return terminal.Fail(refusal, ExitCode.Usage);
        }

        await using var phone = new Phone(options);
        if (!MacChoice.TryChoose(terminal, phone, link, settings.Mac, settings.Model, out var connect))
        {
            return terminal.Fail(MacChoice.NothingPaired(settings.Mac, options), ExitCode.Usage);
        }

        await using var chat = new ChatSession(terminal, settings, connect);
        return settings.Answer is { } answer ? await chat.TakeUp(answer.Id, answer.After, cancellation)
            : prompt is null ? await chat.Talk(cancellation)
            : await chat.AskOnce(prompt, cancellation);
    }

    private static bool TryReadImages(Terminal terminal, string[] paths, ref ChatSettings settings)
    {
        try
        {
            settings = paths.Length == 0
                ? settings
                : settings with { Images = [.. paths.Select(path => Convert.ToBase64String(File.ReadAllBytes(path)))] };
            return true;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or ArgumentException)
        {
            terminal.Fail("A picture cannot be read.", ExitCode.Usage);
            return false;
        }
    }

    /// <summary>
    /// One word is a link when it looks like one, else the prompt; what may hold the secret of one is neither.
    /// </summary>
    public static bool TrySplit(string[] words, out string? link, out string? prompt, out string problem)
    {
        var first = words.Length > 0 && LooksLikeLink(words[0], isAlone: words.Length == 1);
        link = first ? words[0] : null;
        string[] texts = first ? words[1..] : words;
        prompt = texts.Length > 0 ? texts[0] : null;
        problem = texts.Select(LinkText.Refusal).FirstOrDefault(refusal => refusal is not null)
            ?? (texts.Length > 1 ? "Only one prompt fits; put it between quotation marks." : "");
        return problem.Length == 0;
    }

    private static bool LooksLikeLink(string word, bool isAlone) =>
        !word.Contains(' ', StringComparison.Ordinal)
        && LinkText.HasScheme(word)
        && !(isAlone && IsOtherAddress(word));

    // A damaged link is told as one: what may hold a secret is never asked.
    private static bool IsOtherAddress(string word) =>
        Uri.TryCreate(word, UriKind.Absolute, out var url)
        && url.AbsolutePath != "/p"
        && !word.Contains("#1.", StringComparison.Ordinal);
}
