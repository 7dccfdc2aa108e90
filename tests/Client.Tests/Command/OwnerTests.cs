using QuicPair.Cli;

namespace QuicPair.Client.Tests.Command;

/// <summary>The commands that ask the daemon of this machine.</summary>
public sealed class OwnerTests
{
    private const string Pair =
        """{"ok":true,"mac":"Studio","links":["https://home.example/p#1.x"],"thisNetworkOnly":true,"expires":1}""";

    private const string Status =
        """
        {"ok":true,"macId":"abc","mac":"Studio","status":{"version":"0.1.0","runner":"Ollama","models":["a","b"],
        "loaded":[],"running":1,"waiting":2,"connected":3,"paired":4,"uptimeSeconds":90061}}
        """;

    private const string Devices =
        """{"ok":true,"devices":[{"device":"d1","name":"Ada","since":0,"connected":true,"path":"local"}]}""";

    [Fact]
    public async Task Pair_shows_the_link_and_a_code()
    {
        var (run, requests) = await Run(Pair, hasScreen: true, "pair", "--confirm", "--seconds", "60");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("https://home.example/p#1.x\n", run.Out, StringComparison.Ordinal);
        Assert.Contains("▀", run.Out, StringComparison.Ordinal);
        Assert.Contains("this network only", run.Error, StringComparison.Ordinal);
        Assert.Equal("""{"op":"pair","confirm":true,"local":false,"seconds":60}""", requests[0]);
    }

    [Fact]
    public async Task Pair_says_that_a_link_works_on_this_machine_only()
    {
        const string here = "\"thisNetworkOnly\":true,\"thisMachineOnly\":true";
        var reply = Pair.Replace("\"thisNetworkOnly\":true", here, StringComparison.Ordinal);
        var (run, _) = await Run(reply, hasScreen: true, "pair", "--confirm");
        Assert.Contains("This works on this machine only.\n", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("network", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pair_waits_for_the_phone_and_says_which_digits_it_shows()
    {
        const string pair =
            """{"ok":true,"links":["https://home.example/p#1.x"],"expires":99999999999,"device":"d1"}""";
        const string paired = """{"ok":true,"paired":{"device":"d1","name":"A\u001bda","code":"012345"}}""";
        using var folder = new TemporaryFolder();
        var asked = 0;
        using var daemon = new ScriptedDaemon(
            folder.Path,
            request => request.Contains("\"paired\"", StringComparison.Ordinal)
                ? asked++ == 0 ? """{"ok":true}""" : paired
                : pair);

        var run = await CommandRun.Of("", true, ["pair", "--home", folder.Path]);

        Assert.Equal(0, run.ExitCode);
        Assert.EndsWith("Paired with Ada, which shows 012 345.\n", run.Error, StringComparison.Ordinal);
        Assert.Equal("""{"op":"paired","device":"d1"}""", daemon.Requests[^1]);
    }

    [Fact]
    public async Task Pair_for_scripts_is_one_line_of_json()
    {
        var (run, _) = await Run(Pair, hasScreen: false, "pair", "--json");
        Assert.Equal(new CommandRun(0, Pair + "\n", ""), run);
    }

    [Fact]
    public async Task Devices_are_listed_and_removed()
    {
        var (list, _) = await Run(Devices, hasScreen: false, "devices");
        Assert.Equal((0, ""), (list.ExitCode, list.Error));
        Assert.Matches("^d1  19(69|70)-.*connected \\(local\\) +Ada\n$", list.Out);
        var (revoke, requests) = await Run("""{"ok":true}""", hasScreen: false, "devices", "revoke", "Ada");
        Assert.Equal(new CommandRun(0, "", ""), revoke);
        Assert.Equal("""{"op":"revoke","device":"Ada","here":false}""", requests[0]);
        (_, requests) = await Run("""{"ok":true}""", hasScreen: false, "devices", "revoke", "Ada", "--here");
        Assert.Equal("""{"op":"revoke","device":"Ada","here":true}""", requests[0]);
    }

    [Fact]
    public async Task A_device_is_shown_by_its_name_and_renamed()
    {
        var (show, _) = await Run(Devices, hasScreen: false, "devices", "show", "Ada");
        Assert.Matches("device +d1\n", show.Out);
        var (none, _) = await Run(Devices, hasScreen: false, "devices", "show", "Eve");
        Assert.Equal(new CommandRun(ExitCode.Failed, "", "No paired device has that id or name.\n"), none);
        var (rename, requests) = await Run("""{"ok":true}""", hasScreen: false, "devices", "rename", "Ada", "Bob");
        Assert.Equal(new CommandRun(0, "", ""), rename);
        Assert.Equal("""{"op":"rename","device":"Ada","name":"Bob"}""", requests[0]);
        var (list, _) = await Run(Devices, hasScreen: false, "devices", "list", "--json");
        Assert.Equal("""[{"device":"d1","name":"Ada","since":0,"connected":true,"path":"local"}]""" + "\n", list.Out);
    }

    [Fact]
    public async Task A_name_that_two_devices_have_is_told_with_their_ids()
    {
        const string two = """{"ok":true,"devices":[{"device":"d1","name":"d2"},{"device":"d2","name":"d2"}]}""";
        const string same = """{"ok":true,"devices":[{"device":"d1","name":"Ada"},{"device":"d2","name":"Ada"}]}""";
        var (byId, _) = await Run(two, hasScreen: false, "devices", "show", "d2");
        Assert.Matches("device +d2\n", byId.Out);
        var (run, _) = await Run(same, hasScreen: false, "devices", "show", "Ada");
        const string sentence = "More than one paired device has that name; say which by its id: d1, d2.\n";
        Assert.Equal(new CommandRun(ExitCode.Failed, "", sentence), run);
    }

    [Theory]
    [InlineData("Bo\u0007b", "Bob")]
    [InlineData(
        "1234567890123456789012345678901234567890123456789012345678901234 and more",
        "1234567890123456789012345678901234567890123456789012345678901234")]
    public async Task A_name_of_which_something_is_left_out_is_told_as_it_is_kept(string name, string kept)
    {
        var (run, _) = await Run("""{"ok":true}""", hasScreen: false, "devices", "rename", "Ada", name);
        var sentence = $"Renamed to {kept}: of a name 64 bytes are kept, and no control characters.\n";
        Assert.Equal(new CommandRun(0, "", sentence), run);
    }

    [Fact]
    public async Task What_is_known_of_a_device_is_said_in_words()
    {
        const string devices =
            """
            {"ok":true,"devices":[{"device":"d1","name":"A\u001bda","since":0,"connected":false,"role":"user",
            "models":["*"],"pull":false,"unload":true,"tokensPerDay":0,"tokensToday":822,"expires":0},
            {"device":"d2","name":"Bob","connected":true,"path":"local","roundTripMs":1.2,"models":["a","b:1"],
            "tokensPerDay":20000}]}
            """;
        var reply = devices.ReplaceLineEndings("");
        string[] ada =
        [
            "device          d1", "name            Ada", "connected       no", "role            user",
            "models          all", "may pull        no", "may unload      yes", "tokens per day  no limit",
            "tokens today    822", "expires         never",
        ];
        string[] bob =
        [
            "device          d2", "name            Bob", "connected       yes", "path            local",
            "round trip      1.2 ms", "models          a, b:1", "tokens per day  20000",
        ];
        Assert.Equal(ada, await Shown("d1"));
        Assert.Equal(bob, await Shown("Bob"));

        async Task<IEnumerable<string>> Shown(string device)
        {
            var (run, _) = await Run(reply, hasScreen: false, "devices", "show", device);
            return run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Where(line => !line.StartsWith("since ", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task What_a_device_may_do_is_changed()
    {
        var (run, requests) = await Run(
            """{"ok":true}""", hasScreen: false, "devices", "role", "Ada", "guest", "--models", "a,b:1",
            "--pull", "true", "--tokens-per-day", "1000", "--expires", "never");
        Assert.Equal(new CommandRun(0, "", ""), run);
        Assert.Equal(
            """{"op":"set","device":"Ada","role":"guest","models":["a","b:1"],"pull":true,"tokensPerDay":1000,"""
            + "\"expires\":0}",
            requests[0]);
        (_, requests) = await Run("""{"ok":true}""", hasScreen: false, "devices", "role", "Ada", "--expires", "7d");
        var expires = System.Text.Json.JsonElement.Parse(requests[0]).GetProperty("expires").GetInt64();
        Assert.InRange(expires - DateTimeOffset.UtcNow.ToUnixTimeSeconds(), 7 * 86_400 - 600, 7 * 86_400);
        string[][] times = [["--expires", "soon"], ["--expires", ""], ["--expires", "99999999d"]];
        foreach (var wrong in (string[][])[[], ["boss"], .. times, ["--tokens-per-day", "-1"]])
        {
            (run, requests) = await Run("""{"ok":true}""", false, ["devices", "role", "Ada", .. wrong]);
            Assert.Equal((ExitCode.Usage, 0), (run.ExitCode, requests.Count));
        }
    }

    [Fact]
    public async Task Status_says_how_the_mac_does()
    {
        var (run, _) = await Run(Status.ReplaceLineEndings(""), hasScreen: false, "status");
        Assert.Contains("Studio (abc)", run.Out, StringComparison.Ordinal);
        Assert.Contains("1 running, 2 waiting", run.Out, StringComparison.Ordinal);
        Assert.Contains("3 of 4 connected", run.Out, StringComparison.Ordinal);
        Assert.Contains("1d 01:01:01", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""["a","b"]""", "a, b (as last told)")]
    [InlineData("[]", "not known")]
    public async Task Status_says_that_the_runner_does_not_answer(string models, string said)
    {
        var reply = Status.ReplaceLineEndings("")
            .Replace("\"runner\":\"Ollama\"", "\"runner\":\"Ollama\",\"runnerAnswers\":false", StringComparison.Ordinal)
            .Replace("""["a","b"]""", models, StringComparison.Ordinal);
        var (run, _) = await Run(reply, hasScreen: false, "status");
        Assert.Contains(
            $"\nRunner   Ollama does not answer\nModels   {said}\nLoaded   not known\n", run.Out,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_daemons_sentence_is_passed_on()
    {
        const string refusal = """{"ok":false,"code":"not_found","message":"No such device."}""";
        var (run, _) = await Run(refusal, hasScreen: false, "devices", "revoke", "x");
        Assert.Equal(new CommandRun(ExitCode.Failed, "", "No such device.\n"), run);
    }

    [Theory]
    [InlineData("pair")]
    [InlineData("devices")]
    [InlineData("status")]
    public async Task Without_a_daemon_it_says_how_to_start_one(string command)
    {
        using var folder = new TemporaryFolder();
        var run = await CommandRun.Of(command, "--home", folder.Path);
        Assert.Equal(ExitCode.Unreachable, run.ExitCode);
        Assert.Equal("QuicPair does not run on this machine; start it with: quicpair up\n", run.Error);
    }

    [Fact]
    public async Task A_daemon_that_has_started_and_has_no_socket_yet_is_not_said_to_be_away()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "lock");
        await using (new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None))
        {
            var run = await CommandRun.Of("status", "--home", folder.Path);
            Assert.Equal(ExitCode.Unreachable, run.ExitCode);
            Assert.StartsWith("QuicPair has started here and does not answer yet", run.Error, StringComparison.Ordinal);
            Assert.Single(run.Error.TrimEnd().Split('\n'));
            var phone = await CommandRun.Of("models", "--home", folder.Path);
            Assert.Equal(ExitCode.Usage, phone.ExitCode);
            Assert.Contains("for the Mac that runs here: quicpair pair", phone.Error, StringComparison.Ordinal);
        }

        // Whoever is killed leaves the file and no lock.
        var after = await CommandRun.Of("status", "--home", folder.Path);
        Assert.StartsWith("QuicPair does not run on this machine", after.Error, StringComparison.Ordinal);
    }

    private static async Task<(CommandRun Run, List<string> Requests)> Run(
        string reply, bool hasScreen, params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        using var daemon = new ScriptedDaemon(folder.Path, _ => reply);
        var run = await CommandRun.Of("", hasScreen, [.. arguments, "--home", folder.Path]);
        return (run, daemon.Requests);
    }
}
