using Xunit;

namespace QuicPair.EndToEnd;

/// <summary>The whole main job from a terminal: pair by link, ask, get the model's words.</summary>
public sealed class FirstWordTests
{
    [Fact]
    public async Task A_terminal_pairs_by_link_and_needs_none_later()
    {
        await using var mac = await MacProcess.Start();
        using var phone = new PhoneCommand();
        var link = await mac.Invite();

        var first = await phone.Run("chat", link, "Hello, how are you?");
        Assert.Equal((0, true), (first.Exit, first.Output.Length > 0));
        var later = await phone.Run("chat", "--stats", "And now?");
        Assert.Equal((0, true), (later.Exit, later.Output.Length > 0));
        AssertStats(later.Errors);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(phone.Store));
        }

        var devices = await mac.Ask(new { op = "devices" });
        Assert.Equal(1, devices.GetProperty("devices").GetArrayLength());
    }

    [Fact]
    public async Task Real_inference_of_a_seed_arrives_unchanged_in_the_terminal()
    {
        await using var runner = await TestRunner.Start(seed: 7);
        await using var mac = await MacProcess.Start(settings: runner.Settings);
        using var phone = new PhoneCommand();
        const string prompt = "Tell me about the river and the old map";
        var direct = await runner.Direct(prompt, seed: 23);
        Assert.NotEqual(await runner.Direct(prompt), direct);

        var answer = await phone.Run("chat", "--stats", "--seed", "23", await mac.Invite(), prompt);

        Assert.Equal((0, Lines(direct)), (answer.Exit, answer.Output));
        AssertStats(answer.Errors);
    }

    [Fact]
    public async Task Real_inference_arrives_unchanged_in_Chromium()
    {
        await using var runner = await TestRunner.Start(seed: 11);
        await using var mac = await MacProcess.Start(settings: runner.Settings);
        await using var phone = await Chromium.Start(390, 844);
        const string prompt = "What did the maker of maps say";
        var direct = await runner.Direct(prompt);

        await phone.Open(await mac.Invite());
        await phone.Click("Pair");
        await phone.WaitFor(".chip", "Local|Direct");
        await phone.Type("textarea", prompt);
        await phone.Click("Send");

        Assert.Equal(direct, await phone.WaitFor(".answer:last-of-type[data-state=done] .text"));
    }

    [Fact]
    public async Task A_revoked_device_is_refused_and_a_used_link_too()
    {
        await using var mac = await MacProcess.Start();
        using var phone = new PhoneCommand();
        using var other = new PhoneCommand();
        var link = await mac.Invite();
        Assert.Equal(0, (await phone.Run("chat", link, "Hello")).Exit);

        Assert.Equal(4, (await other.Run("chat", link, "Hello")).Exit);
        var devices = await mac.Ask(new { op = "devices" });
        var device = devices.GetProperty("devices")[0].GetProperty("device").GetString();
        Assert.True((await mac.Ask(new { op = "revoke", device })).GetProperty("ok").GetBoolean());
        var refused = await phone.Run("chat", "Hello");

        Assert.Equal(4, refused.Exit);
        Assert.Single(refused.Errors.Trim().Split('\n'));
    }

    [Theory]
    [InlineData("http://127.0.0.1:9/p#1.AAAA", 2)]
    [InlineData("https://home.example/p", 2)]
    public async Task A_broken_link_gets_one_sentence(string link, int exit)
    {
        using var phone = new PhoneCommand();
        var answer = await phone.Run("chat", link, "Hello");
        Assert.Equal(exit, answer.Exit);
        Assert.Single(answer.Errors.Trim().Split('\n'));
    }

    [Fact]
    public async Task A_front_door_that_is_away_is_unreachable()
    {
        using var phone = new PhoneCommand();
        string link;
        await using (var mac = await MacProcess.Start())
        {
            link = await mac.Invite();
        }

        Assert.Equal(3, (await phone.Run("chat", link, "Hello")).Exit);
    }

    /// <summary>The path and its round trip, then where the time went until the first token, and the speed.</summary>
    private static void AssertStats(string errors)
    {
        var lines = errors.Trim().Split('\n');
        const string time = @"\d+(\.\d)? ms";
        Assert.Equal(3, lines.Length);
        Assert.Matches($"^path (local|direct), round trip {time}$", lines[0]);
        Assert.Matches(
            $"^signaling {time} · ICE {time} · DTLS {time} · SCTP {time} · Noise {time} · connected after {time}$",
            lines[1]);
        Assert.Matches(
            $@"^queue \d+ ms · load \d+ ms · prompt \d+ ms · first token {time} \(at the Mac \d+ ms\)"
            + @" · [1-9]\d* tokens · \d+ tokens/s$",
            lines[2]);
    }

    /// <summary>
    /// A text as lines that were read: the end of the last one is the terminal's, which puts it there unless the model
    /// did.
    /// </summary>
    private static string Lines(string text) => text.EndsWith('\n') ? text[..^1] : text;
}
