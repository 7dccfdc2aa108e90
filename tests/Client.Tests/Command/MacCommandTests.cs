using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using QuicPair.Cli;
using QuicPair.Cli.Bench;
using QuicPair.Cli.Proxy;
using QuicPair.Client.Store;
using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Messages;
using QuicPair.Protocol.Messages.Devices;
using QuicPair.Protocol.Messages.Models;

namespace QuicPair.Client.Tests.Command;

/// <summary>The commands beside <c>chat</c> that talk to a paired Mac.</summary>
public sealed class MacCommandTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly TestMac _mac = new();
    private FrontDoor _door = null!;

    private string Link => (_mac.Link with { Origin = _door.Origin }).Format();

    public async ValueTask InitializeAsync()
    {
        _door = await FrontDoor.Start(_mac);
        Assert.Equal(0, (await Run("chat", Link, "Hello")).ExitCode);
    }

    public async ValueTask DisposeAsync()
    {
        await _door.DisposeAsync();
        _mac.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Models_are_listed_for_people_and_for_scripts()
    {
        _mac.Models =
        [
            new() { Name = "qwen:3b", Size = 1_900_000_000, Loaded = true, Remote = false, Capabilities = ["tools"] },
            new() { Name = "big:cloud", Size = 0, Loaded = false, Remote = true },
        ];
        var run = await Run("models");
        Assert.Equal("qwen:3b    1.9 GB  loaded, tools\nbig:cloud       -  cloud\n", run.Out);
        Assert.Equal(run.Out, (await Run("models", "list", "--mac", "test mac")).Out);
        var screen = (await RunOnScreen("models")).Out.Split('\n');
        Assert.Matches(@"^model +size +$", screen[0]);
        Assert.Matches(@"^big:cloud +-  cloud +$", screen[2]);
        var json = JsonElement.Parse((await Run("models", "--json")).Out);
        Assert.Equal("qwen:3b", json[0].GetProperty("name").GetString());
        Assert.Equal(1_900_000_000, json[0].GetProperty("size").GetInt64());
        Assert.Equal(JsonValueKind.Null, json[1].GetProperty("size").ValueKind);
    }

    [Fact]
    public async Task Without_a_daemon_the_owners_commands_name_the_paired_mac()
    {
        const string start = "QuicPair does not run on this machine; start it with: quicpair up\n";
        var paired = $"{start}This machine is paired with {Paired().MacName}; to ask it";
        foreach (var command in (string[])["status", "macs"])
        {
            Assert.Equal(
                new CommandRun(ExitCode.Unreachable, "", $"{paired}: quicpair models, quicpair chat\n"),
                await Run(command));
        }

        // Its name is two words.
        Assert.Equal(
            new CommandRun(ExitCode.Unreachable, "", $"{paired}, add: --mac {Paired().MacId}\n"),
            await Run("devices"));
    }

    [Fact]
    public async Task A_size_that_the_runner_does_not_know_is_a_dash_to_people_and_null_to_scripts()
    {
        _mac.OnRequest = (peer, request) => peer.Send(request is ShowRequest
            ? new ShowReply { Id = request.Id, Model = "m", Size = 0, Remote = false, Details = new ModelDetails() }
            : new ErrorMessage { Id = request.Id, For = request.Op, Code = ErrorCode.UnknownOp });
        Assert.Contains("size          -\n", (await Run("models", "show", "m")).Out, StringComparison.Ordinal);
        var json = JsonElement.Parse((await Run("models", "show", "m", "--json")).Out);
        Assert.Equal(JsonValueKind.Null, json.GetProperty("size").ValueKind);
    }

    [Fact]
    public async Task An_owners_device_lists_changes_and_removes_devices()
    {
        var asked = new List<Message>();
        _mac.OnRequest = (peer, request) =>
        {
            asked.Add(request);
            peer.Send(request is DeviceRevokeRequest revoke
                ? new DeviceRevokedMessage { Id = revoke.Id, Device = revoke.Device }
                : new DevicesReply { Id = request.Id, Devices = [Ada] });
        };
        var list = await Run("devices", "--mac", "test mac", "--json");
        Assert.Equal("owner", JsonElement.Parse(list.Out)[0].GetProperty("role").GetString());
        Assert.Equal(0, (await Run("devices", "rename", "Ada", "Bob", "--mac", "test mac")).ExitCode);
        Assert.Equal(0, (await Run("devices", "role", "Ada", "guest", "--pull", "true", "--mac", "test mac")).ExitCode);
        Assert.Equal(0, (await Run("devices", "revoke", "Ada", "--mac", "test mac")).ExitCode);
        Assert.Equal(ExitCode.Failed, (await Run("devices", "revoke", "Eve", "--mac", "test mac")).ExitCode);
        Assert.Equal(ExitCode.Usage, (await Run("devices", "--mac", "Other")).ExitCode);
        Assert.Equal("Bob", Assert.IsType<DeviceSetRequest>(asked[2]).Name);
        var change = Assert.IsType<DeviceSetRequest>(asked[4]);
        Assert.Equal((DeviceRole.Guest, true, null), (change.Role, change.Pull, change.Models));
        Assert.Equal(Ada.Device, Assert.IsType<DeviceRevokeRequest>(asked[6]).Device);
    }

    private static DeviceDescription Ada { get; } = new()
    {
        Device = "abcdefghijklmnop",
        Name = "Ada",
        Role = DeviceRole.Owner,
        Models = ["*"],
        Pull = true,
        Unload = true,
        TokensPerDay = 0,
        TokensToday = 0,
        Expires = 0,
        Since = 1,
        Connected = true,
    };

    [Fact]
    public async Task Models_are_loaded_unloaded_shown_and_fetched()
    {
        _mac.OnRequest = (peer, request) =>
        {
            if (request is PullRequest)
            {
                peer.Send(new ProgressMessage { Id = request.Id, Status = "pulling", Completed = 1, Total = 2 });
            }

            peer.Send(request switch
            {
                LoadRequest load => new LoadedMessage { Id = load.Id, Model = load.Model! },
                UnloadRequest unload => new UnloadedMessage { Id = unload.Id, Model = unload.Model },
                PullRequest pull => new PulledMessage { Id = pull.Id, Model = pull.Model },
                _ => new ShowReply
                {
                    Id = request.Id,
                    Model = "m",
                    Size = 1_000_000,
                    Remote = false,
                    Details = new ModelDetails { Family = "qwen2", ContextLength = 4096 },
                },
            });
        };
        Assert.Equal(new CommandRun(0, "", ""), await Run("models", "load", "m"));
        Assert.Equal(new CommandRun(0, "", ""), await Run("models", "unload", "m"));
        Assert.Equal("Loaded: m\n", (await RunOnScreen("models", "load", "m")).Error);
        Assert.Equal("Unloaded: m\n", (await RunOnScreen("models", "unload", "m")).Error);
        Assert.Equal("pulling 50 %\n", (await RunOnScreen("models", "pull", "m")).Error);
        Assert.Matches("pulling.*━", (await RunInColor("models", "pull", "m")).Error);
        var step = JsonElement.Parse((await Run("models", "pull", "m", "--json")).Out);
        Assert.Equal(2, step.GetProperty("total").GetInt32());
        Assert.Contains("context       4096\n", (await Run("models", "show", "m")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_owner_does_not_allow_is_exit_code_4()
    {
        _mac.OnRequest = (peer, request) => peer.Send(
            new ErrorMessage { Id = request.Id, For = request.Op, Code = ErrorCode.NotAllowed });
        _mac.OnModels = peer => peer.Send(new ErrorMessage { For = "models", Code = ErrorCode.NotAllowed });
        var refused = new CommandRun(ExitCode.Refused, "", "The owner of the Mac does not allow that.\n");
        Assert.Equal(refused, await Run("models", "pull", "m"));
        Assert.Equal(refused, await Run("models"));
    }

    [Fact]
    public async Task Tokens_of_the_day_that_are_used_up_are_exit_code_4_and_say_from_when_there_are_new_ones()
    {
        const long until = 1_800_057_600;
        var time = DateTimeOffset.FromUnixTimeSeconds(until).ToLocalTime().ToString("HH:mm");
        _mac.OnChat = (peer, chat) => peer.Send(new ErrorMessage
        {
            Id = chat.Id,
            For = chat.Op,
            Code = ErrorCode.NotAllowed,
            Text = "Today's tokens of this device are used up.",
            Until = until,
        });
        var sentence = $"Today's tokens of this device are used up; there are new ones from {time}.\n";
        Assert.Equal(new CommandRun(ExitCode.Refused, "", sentence), await Run("chat", "Hello"));
        var json = await Run("chat", "--json", "Hello");
        Assert.Equal(until, JsonElement.Parse(json.Out).GetProperty("until").GetInt64());
    }

    [Fact]
    public async Task Chat_looks_for_a_mac_that_is_away_for_a_moment()
    {
        _mac.OnChat = (peer, chat) =>
        {
            peer.Send(new DeltaMessage { Id = chat.Id, Seq = 1, Content = "begun" });
            _mac.Failure = (HttpStatusCode.ServiceUnavailable, """{"code":"mac_offline"}""");
            peer.Vanish();
        };
        var running = Run("chat", "Are you there?");
        await _mac.Refused.WaitAsync(TestContext.Current.CancellationToken);
        _mac.Failure = null;
        var run = await running;

        Assert.Equal((ExitCode.Ok, "begun resumed"), (run.ExitCode, run.Out.TrimEnd()));
    }

    [Fact]
    public async Task Chat_takes_a_seed_thinking_and_pictures()
    {
        var picture = Path.Combine(_folder.Path, "a.png");
        await File.WriteAllBytesAsync(picture, [1, 2, 3], TestContext.Current.CancellationToken);
        await Run("chat", "--seed", "7", "--think", "false", "--image", picture, "What is it?");
        var asked = _mac.Phone.Received.OfType<ChatMessage>().Last();
        Assert.Equal((7L, false), (asked.Options!.Seed, asked.Think));
        Assert.Equal([Convert.ToBase64String([1, 2, 3])], asked.Turns!.Single().Images!);
        var absent = await Run("chat", "--image", picture + "x", "What?");
        Assert.Equal(new CommandRun(ExitCode.Usage, "", "A picture cannot be read.\n"), absent);
        Assert.Equal(absent, await Run("chat", "--image", "", "What?"));
        Assert.Equal(ExitCode.Usage, (await Run("chat", "--seed", "-5", "What?")).ExitCode);
    }

    [Fact]
    public async Task Bench_tells_our_share_from_the_runners()
    {
        var asked = 0;
        _mac.OnChat = (peer, chat) =>
        {
            asked++;
            peer.Send(new DeltaMessage { Id = chat.Id, Seq = 1, Content = "Hi" });
            peer.Send(new DoneMessage { Id = chat.Id, Seq = 2, Reason = DoneReason.Stop, Statistics = Statistics(0) });
        };
        var run = await Run("bench", "--count", "10", "--warm-up", "1", "--json");
        Assert.Equal(11, asked);
        var report = JsonElement.Parse(run.Out);
        var stages = report.GetProperty("stages");
        Assert.Equal((10, "local"), (report.GetProperty("prompts").GetInt32(), report.GetProperty("path").GetString()));
        Assert.Equal(
            stages.GetProperty("total").GetProperty("p50_ms").GetDouble(),
            stages.GetProperty("ours").GetProperty("p50_ms").GetDouble());
        Assert.Equal(run.ExitCode == 0, report.GetProperty("holds").GetBoolean());
        var text = await Run("bench", "-n", "2");
        foreach (var word in (string[])["p50", "p90", "p95", "ours", "runner: load", "runner: the rest", "< 150 ms"])
        {
            Assert.Contains(word, text.Out, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Bench_never_shows_what_was_not_measured_as_zero()
    {
        var run = await Run("bench", "-n", "1", "--warm-up", "0");
        var ours = run.Out.Split('\n').Single(line => line.Contains("ours", StringComparison.Ordinal));
        Assert.Equal(3, ours.Split("not measured").Length - 1);
        var json = JsonElement.Parse((await Run("bench", "-n", "1", "--warm-up", "0", "--json")).Out);
        string[] stages = ["ours", "queue", "load", "prompt", "first_token"];
        Assert.All(
            stages,
            stage => Assert.Equal(JsonValueKind.Null, json.GetProperty("stages").GetProperty(stage).ValueKind));
        Assert.Equal(ExitCode.Usage, (await Run("bench", "-n", "0")).ExitCode);
    }

    [Fact]
    public void A_run_is_split_into_stages_and_spread_by_the_nearest_rank()
    {
        var run = new BenchRun(100, Statistics(90));
        Assert.Equal((10.0, 50.0), (run.OursMs, run.FirstTokenMs));
        Assert.Equal(0, new BenchRun(80, Statistics(90)).OursMs);
        Assert.Equal(60, new BenchRun(100, Statistics(90) with { LoadMs = null }).FirstTokenMs);

        // 20 of the 90 are neither the queue's nor the runner's: the daemon's own.
        var told = new BenchRun(100, Statistics(90) with { RunnerMs = 60 });
        Assert.Equal((30.0, 30.0), (told.OursMs, told.FirstTokenMs));
        Assert.Equal(new Spread(10, 18, 19), Spread.Of(Enumerable.Range(1, 20).Select(i => (double)i)));
        Assert.Equal(new Spread(3, 3, 3), Spread.Of([3]));
        Assert.Null(Spread.Of([]));
    }

    [Fact]
    public async Task A_proxy_that_the_system_does_not_let_listen_says_so_in_a_sentence()
    {
        // A loopback address on which no IPv6 socket can listen that is not for IPv4 too.
        var run = await Run("proxy", "--listen", "[::ffff:127.0.0.1]:0");
        Assert.Equal((ExitCode.Usage, ""), (run.ExitCode, run.Out));
        Assert.Contains("[::ffff:127.0.0.1]:0", run.Error, StringComparison.Ordinal);
        Assert.EndsWith("; choose another: --listen 127.0.0.1:11434\n", run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }

    [Theory]
    [InlineData("host.docker.internal:11434")]
    [InlineData("http://host.docker.internal")]
    [InlineData("")]
    public async Task A_host_of_the_proxy_is_a_name_and_nothing_else(string host)
    {
        const string Sentence = "A host is a name without scheme and port";
        string[] words = ["proxy", "--listen", "[::ffff:127.0.0.1]:0", "--host", "studio.example", "--host"];

        var refused = await Run([.. words, host]);
        Assert.Equal((ExitCode.Usage, ""), (refused.ExitCode, refused.Out));
        Assert.Contains(Sentence, refused.Error, StringComparison.Ordinal);

        // It is understood, and ends at the address.
        var taken = await Run([.. words, "host.docker.internal"]);
        Assert.Contains("; choose another: --listen", taken.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(Sentence, taken.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SocketError.AccessDenied, "127.0.0.1:80 is not for this user to listen on; choose a port of 1024 or ")]
    [InlineData(SocketError.AddressNotAvailable, "This machine does not have the address of 127.0.0.1:80; choose ")]
    [InlineData(SocketError.InvalidArgument, "127.0.0.1:80 cannot be listened on (InvalidArgument); choose another: ")]
    public void Why_a_proxy_cannot_listen_is_told_apart(SocketError error, string begin) => Assert.StartsWith(
        begin, ProxyCommand.Refusal(new IPEndPoint(IPAddress.Loopback, 80), error), StringComparison.Ordinal);

    private static AnswerStatistics Statistics(long first) => new()
    {
        QueueMs = first / 9,
        LoadMs = first / 9,
        PromptMs = first * 2 / 9,
        TtftMs = first,
        Tokens = 1,
        TokensPerSecond = 1,
    };

    private PairingRecord Paired() =>
        Assert.Single(new PairingStore(DataFolder.PairingsFile(_folder.Path)).Load());

    private Task<CommandRun> Run(params string[] arguments) =>
        CommandRun.Of("", hasScreen: false, [.. arguments, "--home", _folder.Path]);

    private Task<CommandRun> RunOnScreen(params string[] arguments) =>
        CommandRun.Of("", hasScreen: true, [.. arguments, "--home", _folder.Path]);

    private Task<CommandRun> RunInColor(params string[] arguments) =>
        CommandRun.InColor([.. arguments, "--home", _folder.Path]);
}
