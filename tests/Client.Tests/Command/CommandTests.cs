using System.Diagnostics;
using System.Net;
using System.Text.Json;
using QuicPair.Cli;
using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Messages;

namespace QuicPair.Client.Tests.Command;

/// <summary>The command against a Mac behind a real port.</summary>
public sealed class CommandTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestMac _mac = new();
    private FrontDoor _door = null!;

    private static AnswerStatistics Statistics { get; } = new()
    {
        QueueMs = 11,
        LoadMs = 22,
        PromptMs = 33,
        TtftMs = 44,
        Tokens = 55,
        TokensPerSecond = 66,
    };

    private string Link => (_mac.Link with { Origin = _door.Origin }).Format();

    public async ValueTask InitializeAsync() => _door = await FrontDoor.Start(_mac);

    public async ValueTask DisposeAsync()
    {
        await _door.DisposeAsync();
        _mac.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_first_chat_needs_the_link_and_later_ones_do_not()
    {
        Assert.Equal(new CommandRun(0, "Hello\n", ""), await Run("chat", Link, "Hello"));
        Assert.Equal(new CommandRun(0, "And now?\n", ""), await Run("chat", "And now?"));
        Assert.Equal(new CommandRun(0, "By name.\n", ""), await Run("chat", "--mac", "test mac", "By name."));
        Assert.Equal(ExitCode.Usage, (await Run("chat", "--mac", "Other", "x")).ExitCode);
    }

    [Fact]
    public async Task A_prompt_comes_through_a_pipe()
    {
        var run = await Run("From a pipe\n", hasScreen: false, "chat", Link);
        Assert.Equal((0, "From a pipe\n"), (run.ExitCode, run.Out));
        Assert.Equal(ExitCode.Usage, (await Run("chat", Link)).ExitCode);
    }

    [Fact]
    public async Task A_conversation_sends_the_earlier_turns_along()
    {
        var run = await Run("one\n\ntwo\n", hasScreen: true, "chat", Link);
        Assert.Equal((0, "one\ntwo\n"), (run.ExitCode, run.Out));
        var chats = _mac.Phone.Received.OfType<ChatMessage>().ToList();
        Assert.Equal("one", chats[0].Prompt);
        Assert.Equal(["one", "one", "two"], chats[1].Turns!.Select(turn => turn.Content));
        Assert.Equal(
            [ChatRole.User, ChatRole.Assistant, ChatRole.User], chats[1].Turns!.Select(turn => turn.Role));
    }

    [Fact]
    public async Task Stats_say_the_path_and_every_stage()
    {
        _mac.Statistics = Statistics;
        var run = await Run("chat", "--stats", Link, "Hello");
        Assert.Equal((0, "Hello\n"), (run.ExitCode, run.Out));
        var lines = run.Error.TrimEnd('\n').Split('\n');
        const string time = @"\d+(\.\d)? ms";
        Assert.Equal(3, lines.Length);
        Assert.Matches($"^path local, round trip {time}$", lines[0]);
        Assert.Matches(
            $"^signaling {time} · ICE {time} · DTLS {time} · SCTP {time} · Noise {time} · connected after {time}$",
            lines[1]);
        Assert.Matches(
            $@"^queue 11 ms · load 22 ms · prompt 33 ms · first token {time} \(at the Mac 44 ms\)"
            + " · 55 tokens · 66 tokens/s$",
            lines[2]);
    }

    [Fact]
    public async Task A_load_time_that_the_runner_does_not_say_is_not_shown_as_none()
    {
        _mac.Statistics = Statistics with { LoadMs = null };
        var run = await Run("chat", "--stats", Link, "Hello");
        Assert.Contains("queue 11 ms · load not measured · prompt 33 ms", run.Error, StringComparison.Ordinal);
        run = await Run("chat", "--json", "--stats", "Hello");
        var stats = JsonElement.Parse(run.Out.TrimEnd('\n').Split('\n')[^1]);
        Assert.False(stats.TryGetProperty("load_ms", out _));
        Assert.Equal(33, stats.GetProperty("prompt_ms").GetInt32());
    }

    [Fact]
    public async Task A_speed_that_nobody_measured_is_not_shown_as_none()
    {
        _mac.Statistics = Statistics with { TokensPerSecond = 0 };
        var run = await Run("chat", "--stats", Link, "Hello");
        Assert.EndsWith(" · 55 tokens · speed not measured\n", run.Error, StringComparison.Ordinal);
        run = await Run("chat", "--json", "--stats", "Hello");
        var stats = JsonElement.Parse(run.Out.TrimEnd('\n').Split('\n')[^1]);
        Assert.False(stats.TryGetProperty("tokens_per_s", out _));
    }

    [Fact]
    public async Task Stats_of_an_answer_without_statistics_say_when_its_first_token_came()
    {
        var run = await Run("chat", "--stats", Link, "Hello");
        Assert.Matches(@"\nfirst token \d+(\.\d)? ms\n$", run.Error);
    }

    [Fact]
    public async Task Json_prints_each_message_and_the_stats_as_a_line()
    {
        _mac.Statistics = Statistics;
        var run = await Run("chat", "--json", "--stats", Link, "Hello");
        JsonElement[] lines =
        [
            .. run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line)),
        ];
        Assert.Equal(["delta", "done", "stats"], lines.Select(line => line.GetProperty("op").GetString()));
        var stats = lines[2];
        Assert.Equal(
            ("local", 1d, 0d),
            (stats.GetProperty("path").GetString(), Number("connections"), Number("restarts")));
        Assert.Equal(
            (11d, 22d, 33d, 44d, 55d, 66d),
            (Number("queue_ms"), Number("load_ms"), Number("prompt_ms"), Number("ttft_ms"), Number("tokens"),
                Number("tokens_per_s")));
        string[] times = ["rtt", "signaling", "ice", "dtls", "sctp", "noise", "connected", "first_token"];
        Assert.All(times, time => Assert.InRange(Number($"{time}_ms"), 0d, double.MaxValue));

        double Number(string name) => stats.GetProperty(name).GetDouble();
    }

    [Fact]
    public async Task A_link_that_is_cut_or_changed_or_over_has_its_sentence_and_makes_no_offer()
    {
        var link = Link;
        var changed = $"{link[..^1]}{(link[^1] == 'A' ? 'B' : 'A')}";
        var over = (_mac.Link with { Origin = _door.Origin, Expiry = 1 }).Format();
        Assert.Equal(
            new CommandRun(ExitCode.Usage, "", "This link is cut short; take it to its end.\n"),
            await Run("chat", link[..^1], "Hello"));
        Assert.Equal(
            new CommandRun(ExitCode.Usage, "", "This link is too long; take it without what follows it.\n"),
            await Run("chat", $"{link}A", "Hello"));
        Assert.Equal(
            new CommandRun(ExitCode.Usage, "", "This link was changed or mistyped: its check does not match.\n"),
            await Run("chat", changed, "Hello"));
        Assert.Equal(
            new CommandRun(ExitCode.Refused, "", "This link has expired; ask for a new one.\n"),
            await Run("chat", over, "Hello"));
        Assert.Empty(_mac.Offers);
    }

    [Fact]
    public async Task A_refusal_is_one_sentence_and_exit_code_4()
    {
        _mac.IsInvitationOpen = false;
        var run = await Run("chat", Link, "Hello");
        Assert.Equal((ExitCode.Refused, ""), (run.ExitCode, run.Out));
        Assert.Equal(1, run.Error.Count(c => c == '\n'));
    }

    [Fact]
    public async Task A_link_that_is_refused_leaves_the_working_pairing_in_use()
    {
        await Run("chat", Link, "Hello");
        var used = (_mac.Link with { Origin = _door.Origin, Secret = new byte[32] }).Format();
        Assert.Equal(ExitCode.Refused, (await Run("chat", used, "Hello")).ExitCode);
        Assert.Equal(new CommandRun(0, "Still there?\n", ""), await Run("chat", "Still there?"));
    }

    [Fact]
    public async Task A_link_whose_mac_was_away_does_not_hide_the_working_pairing()
    {
        await Run("chat", Link, "Hello");
        _mac.Failure = (HttpStatusCode.ServiceUnavailable, """{"code":"mac_offline"}""");
        var other = (_mac.Link with { Origin = _door.Origin, Secret = new byte[32] }).Format();
        Assert.Equal(ExitCode.Unreachable, (await Run("chat", other, "Hello")).ExitCode);
        _mac.Failure = null;
        Assert.Equal(new CommandRun(0, "Still there?\n", ""), await Run("chat", "Still there?"));
    }

    [Fact]
    public async Task A_front_door_that_is_not_there_is_exit_code_3()
    {
        var link = (_mac.Link with { Origin = "http://127.0.0.1:9" }).Format();
        var run = await Run("chat", link, "Hello");
        Assert.Equal((ExitCode.Unreachable, ""), (run.ExitCode, run.Out));
        Assert.Equal("The front door http://127.0.0.1:9 cannot be reached.\n", run.Error);
    }

    [Fact]
    public async Task A_web_address_alone_is_a_prompt_and_a_damaged_link_is_not()
    {
        await Run("chat", Link, "Hello");
        string[] prompts = ["https://example.org", "https://example.org/page#part"];
        foreach (var prompt in prompts)
        {
            Assert.Equal(new CommandRun(0, $"{prompt}\n", ""), await Run("chat", prompt));
        }

        string[] damaged = ["https://home.example/p", "https://home.example/p#1.short", "https://home.example/#1.x"];
        foreach (var link in damaged)
        {
            var run = await Run("chat", link);
            Assert.Equal((ExitCode.Usage, ""), (run.ExitCode, run.Out));
            Assert.StartsWith("This ", run.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_may_hold_the_secret_of_a_link_is_never_asked()
    {
        const string lacking = "This QuicPair link lacks its beginning; take it from http:// or https:// on.\n";
        const string part = "This is not a whole QuicPair link; take it from http:// or https:// on.\n";
        const string within =
            "A QuicPair link, or a part of one, is never sent to a model; to pair: quicpair chat '<link>'\n";
        await Run("chat", Link, "Hello");
        var offers = _mac.Offers.Count;
        var bare = Link["http://".Length..];
        var code = Link[(Link.IndexOf('#', StringComparison.Ordinal) + 1)..];
        (string Sentence, string[] Words)[] slips =
        [
            (lacking, ["chat", bare]), (lacking, ["chat", bare, "Hello"]), (lacking, ["bench", bare]),
            (lacking, ["proxy", bare]), (lacking, ["chat", Link, bare]), (part, ["chat", $"htp://{bare}"]),
            (part, ["chat", code]), (part, ["chat", code[..24]]), (part, ["chat", code[2..]]),
            (part, ["chat", code[2..^1]]), (within, ["chat", $"What is {bare[..^96]} for?"]),
            (part, ["bench", "--prompt", code]), (within, ["chat", $"Is '{code}' right?"]),
            (within, ["chat", $"What is {Link} for?"]), (within, ["chat", Link, Link]),
            (part, ["chat", "--system", code, "Hello"]), (part, ["chat", $"link={code}"]),
            (within, ["chat", $"https://safe.example/?u={Uri.EscapeDataString(Link)}"]),
        ];
        foreach (var (sentence, words) in slips)
        {
            Assert.Equal(new CommandRun(ExitCode.Usage, "", sentence), await Run(words));
        }

        Assert.Equal(new CommandRun(ExitCode.Usage, "", part), await Run($"{code}\n", hasScreen: false, "chat"));
        Assert.Equal(offers, _mac.Offers.Count);
        var talk = await Run($"{code}\n{Link[..^86]}\n{Link[^86..]}\n", hasScreen: true, "chat");
        Assert.Equal((0, ""), (talk.ExitCode, talk.Out));
        Assert.Contains(part, talk.Error, StringComparison.Ordinal);
        Assert.Equal(
            new CommandRun(ExitCode.Usage, "", part),
            await Run(code[^60..], hasScreen: false, "chat", "--system", "Be brief"));
        string[] others = ["What is 1.41421356237309504880?", "1.2345678901234567e-05", "1.Internationalization"];
        foreach (var other in others) Assert.Equal(new CommandRun(0, $"{other}\n", ""), await Run("chat", other));
    }

    [Theory]
    [InlineData("'--stast' is no option of quicpair chat; did you mean --stats?", "chat", "--stast")]
    [InlineData("'--modle' is no option of quicpair chat; did you mean --model?", "chat", "--modle", "x", "hi")]
    [InlineData("'-stats' is no option of quicpair chat; did you mean --stats?", "chat", "-stats", "hi")]
    [InlineData(
        "'--frobnicate' is no option of quicpair chat; a text that begins with - goes behind --.", "chat",
        "--frobnicate=x", "hi")]
    [InlineData(
        "'--jsno' is no option of quicpair devices rename; did you mean --json?", "devices", "rename", "Ada", "--jsno")]
    [InlineData("'--frobnicate' is no option of quicpair status.", "status", "--frobnicate")]
    public async Task A_mistyped_option_is_no_text(string sentence, params string[] arguments)
    {
        var help = string.Join(' ', arguments.TakeWhile(word => word is "chat" or "devices" or "rename" or "status"));
        Assert.Equal(
            new CommandRun(ExitCode.Usage, "", $"{sentence}\nTry: quicpair {help} --help\n"), await Run(arguments));
    }

    [Fact]
    public async Task Behind_two_dashes_every_word_is_text_and_one_dash_is_the_pipe()
    {
        await Run("chat", Link, "Hello");
        Assert.Equal(
            new CommandRun(0, "--stast\n", ""), await CommandRun.Of("chat", "--home", _folder.Path, "--", "--stast"));
        Assert.Equal(
            new CommandRun(0, "From a pipe\n", ""), await Run("From a pipe\n", hasScreen: false, "chat", "-"));
        Assert.Equal(new CommandRun(0, "Hello\n", ""), await Run("chat", "--system", "-x", "Hello"));
        Assert.Equal(new CommandRun(0, "- a list\n", ""), await Run("chat", "- a list"));
        Assert.Equal(new CommandRun(0, "-e: what?\n", ""), await Run("chat", "-e: what?"));
        Assert.Equal(new CommandRun(0, "@home: who?\n", ""), await Run("chat", "@home: who?"));
        Assert.Equal(0, (await Run("chat", "--stast", "--help")).ExitCode);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("chat", "--nonsense")]
    [InlineData("chat", "https://home.example/p#1.short", "Hello")]
    [InlineData("chat", "two", "prompts")]
    [InlineData("chat", "nothing is paired")]
    [InlineData("pair", "--seconds", "901")]
    [InlineData("invite", "--seconds", "3601")]
    [InlineData("invite", "--seconds", "0")]
    [InlineData("devices", "revoke")]
    public async Task What_cannot_be_understood_is_exit_code_2(params string[] arguments)
    {
        var run = await Run(arguments);
        Assert.Equal((ExitCode.Usage, ""), (run.ExitCode, run.Out));
        Assert.NotEmpty(run.Error);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("chat", "--help")]
    [InlineData("pair", "--help")]
    [InlineData("devices", "--help")]
    [InlineData("devices", "revoke", "--help")]
    [InlineData("status", "--help")]
    [InlineData("up", "--help")]
    public async Task Every_command_helps(params string[] arguments)
    {
        var run = await Run(arguments);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("Usage:", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_error_of_the_mac_is_its_sentence_and_exit_code_1()
    {
        await Run("chat", Link, "Hello");
        _mac.OnChat = (phone, chat) => phone.Send(
            new ErrorMessage { Id = chat.Id, Seq = 1, Code = ErrorCode.ModelNotFound });
        var run = await Run("chat", "--model", "absent", "Hello");
        Assert.Equal(new CommandRun(ExitCode.Failed, "", "This Mac has no model of that name.\n"), run);
    }

    [Fact]
    public async Task A_screen_gets_no_control_characters_and_a_file_gets_every_byte()
    {
        await Run("chat", Link, "Hello");
        Assert.Equal("a\e[31mb\n", (await Run("chat", "a\e[31mb")).Out);
        Assert.Equal("a[31mb\n", (await Run("", hasScreen: true, "chat", "a\e[31mb")).Out);
    }

    [Fact]
    public async Task A_lost_connection_is_made_again_and_the_answer_goes_on()
    {
        await Run("chat", Link, "Hello");
        _mac.OnChat = (phone, chat) =>
        {
            phone.Send(new DeltaMessage { Id = chat.Id, Seq = 1, Content = "begun" });
            phone.Vanish();
        };
        Assert.Equal(new CommandRun(0, "begun resumed\n", ""), await Run("chat", "Hello"));
    }

    [Fact]
    public async Task Ctrl_C_cancels_the_answer()
    {
        using var process = await StartLong();
        using var kill = Process.Start("kill", ["-INT", $"{process.Id}"]);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(ExitCode.Failed, process.ExitCode);
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Equal("The answer was cancelled.\n", error);
        Assert.IsType<CancelMessage>(_mac.Phone.Received[^1]);
    }

    [Fact]
    public async Task A_second_Ctrl_C_ends_the_program_though_the_Mac_is_silent()
    {
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _mac.OnCancel = (_, _) => told.TrySetResult();
        using var process = await StartLong();
        using var first = Process.Start("kill", ["-INT", $"{process.Id}"]);
        await Task.WhenAny(told.Task, process.WaitForExitAsync(TestContext.Current.CancellationToken));
        using var second = Process.Start("kill", ["-INT", $"{process.Id}"]);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(130, process.ExitCode);
    }

    /// <summary>The command, which has begun to print an answer that goes on.</summary>
    private async Task<Process> StartLong()
    {
        await Run("chat", Link, "Hello");
        _mac.OnChat = (phone, chat) => phone.Send(new DeltaMessage { Id = chat.Id, Seq = 1, Content = "begun\n" });

        // A shell that starts the tests in the background has them ignore SIGINT, and so would the command.
        string[] way = OperatingSystem.IsLinux() ? ["env", "--default-signal=INT", "dotnet"] : ["env", "dotnet"];
        string[] command = [typeof(CommandLine).Assembly.Location, "chat", "--home", _folder.Path, "long"];
        var start = new ProcessStartInfo(way[0], [.. way[1..], .. command])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start)!;
        Assert.Equal("begun", await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        return process;
    }

    private Task<CommandRun> Run(params string[] arguments) => Run("", hasScreen: false, arguments);

    private Task<CommandRun> Run(string input, bool hasScreen, params string[] arguments) =>
        CommandRun.Of(input, hasScreen, [.. arguments, "--home", _folder.Path]);
}
