using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace QuicPair.EndToEnd.Tools;

/// <summary><c>quicpair status --json</c> of a real daemon, every field of it.</summary>
public sealed class StatusTests
{
    private const int Words = 3;

    [Fact]
    public async Task Status_says_what_a_daemon_does_at_work_and_at_rest()
    {
        await using var runner = new MeteredRunner(Words);
        await using var mac = await MacProcess.Start(settings: new Dictionary<string, string?>(runner.Settings)
        {
            ["Mac__Name"] = "Studio",
        });
        using var one = new PhoneCommand();
        using var two = new PhoneCommand();
        await using var first = one.Start("chat", await mac.Invite(), "Count");
        await runner.Asked();
        await using var second = two.Start("chat", await mac.Invite(), "Count");
        await Until(mac, "waiting", 1);

        var atWork = await Status(mac);
        AssertSays(atWork, running: 1, waiting: 1, connected: 2, speed: null);

        // One after the other.
        runner.Say(2 * (Words + 1));
        Assert.Equal((0, 0), (await first.Exit(), await second.Exit()));
        await Until(mac, "connected", 0);
        var atRest = await Status(mac);
        AssertSays(atRest, running: 0, waiting: 0, connected: 0, speed: MeteredRunner.WordsPerSecond);
        Assert.InRange(Number(atRest, "uptimeSeconds"), Number(atWork, "uptimeSeconds"), double.MaxValue);
    }

    [Theory]
    [InlineData("ended")]
    [InlineData("frozen")]
    public async Task Status_says_at_once_that_the_runner_does_not_answer_and_that_it_is_back(string trouble)
    {
        await using var runner = await TestRunner.Start(seed: 5);
        await using var mac = await MacProcess.Start(settings: runner.Settings);
        using var phone = new PhoneCommand();
        Assert.Equal(0, (await phone.Run("chat", await mac.Invite(), "the river")).Exit);
        await Until(mac, "runnerAnswers", JsonValueKind.True);
        var place = Regex.Escape(runner.Address.Authority);
        Assert.Matches($"\nRunner   Ollama [^ ]+ at {place}\nModels   bigram:latest\n", await Printed(mac));

        await (trouble == "ended" ? runner.DisposeAsync().AsTask() : runner.Freeze());

        // Whether the Mac has asked for the list by itself meanwhile is its own matter.
        const string list = "(bigram:latest [(]as last told[)]|not known)";
        Assert.Matches(
            $"\nRunner   Ollama [^ ]+ at {place} does not answer\nModels   {list}\nLoaded   {list}\n",
            await Printed(mac));
        Assert.Equal(JsonValueKind.False, (await Field(mac, "runnerAnswers")).ValueKind);

        if (trouble == "frozen") await runner.Thaw();
        await using var again = trouble == "ended"
            ? await TestRunner.Start(seed: 5, port: runner.Address.Port)
            : null;
        await Until(mac, "runnerAnswers", JsonValueKind.True);
        Assert.Equal("""["bigram:latest"]""", (await Field(mac, "models")).GetRawText());
    }

    /// <summary>What the owner's command prints for people.</summary>
    private static async Task<string> Printed(MacProcess mac)
    {
        using var owner = new PhoneCommand();
        var (exit, said, errors) = await owner.Run("status", "--home", mac.Home);
        Assert.Equal((0, ""), (exit, errors));
        return said;
    }

    private static async Task<JsonElement> Field(MacProcess mac, string field) =>
        (await mac.Ask(new { op = "status" })).GetProperty("status").GetProperty(field);

    private static async Task Until(MacProcess mac, string field, JsonValueKind value)
    {
        while ((await Field(mac, field)).ValueKind != value)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Asks until a number is so; the control socket is the clock.</summary>
    private static async Task Until(MacProcess mac, string field, int value)
    {
        while (Number((await mac.Ask(new { op = "status" })).GetProperty("status"), field) != value)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>What the owner's command prints.</summary>
    private static async Task<JsonElement> Status(MacProcess mac)
    {
        using var owner = new PhoneCommand();
        var (exit, said, errors) = await owner.Run("status", "--json", "--home", mac.Home);
        Assert.Equal((0, ""), (exit, errors));
        var reply = JsonElement.Parse(said);
        Assert.Equal(["ok", "macId", "mac", "status"], reply.EnumerateObject().Select(field => field.Name));
        Assert.True(reply.GetProperty("ok").GetBoolean());
        Assert.Matches("^[a-z2-7]{16}$", reply.GetProperty("macId").GetString());
        Assert.Equal("Studio", reply.GetProperty("mac").GetString());
        return reply.GetProperty("status");
    }

    private static void AssertSays(JsonElement status, int running, int waiting, int connected, int? speed)
    {
        string[] told = speed is null ? [] : ["tokensPerSecond"];
        string[] fields =
        [
            "version", "runner", "runnerAnswers", "models", "loaded", "running", "waiting", .. told, "connected",
            "paired", "uptimeSeconds",
        ];
        Assert.Equal(fields, status.EnumerateObject().Select(field => field.Name));
        Assert.Matches(@"^\d+\.\d+\.\d+$", status.GetProperty("version").GetString());
        Assert.Matches(@"^Ollama 0\.12\.3 at 127\.0\.0\.1:\d+$", status.GetProperty("runner").GetString());
        Assert.True(status.GetProperty("runnerAnswers").GetBoolean());
        Assert.Equal("""["metered"]""", status.GetProperty("models").GetRawText());
        Assert.Equal("""["metered"]""", status.GetProperty("loaded").GetRawText());
        Assert.Equal(
            ((double)running, (double)waiting, (double)connected, 2d),
            (Number(status, "running"), Number(status, "waiting"), Number(status, "connected"),
                Number(status, "paired")));
        if (speed is { } tokens) Assert.Equal(tokens, Number(status, "tokensPerSecond"), 1e-9);
    }

    private static double Number(JsonElement status, string field) => status.GetProperty(field).GetDouble();
}
