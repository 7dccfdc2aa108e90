using System.Diagnostics;
using System.Text.Json;
using QuicPair.EndToEnd.Breaking;
using QuicPair.Interop.Peers;
using Xunit;

namespace QuicPair.EndToEnd.Asleep;

/// <summary>
/// A phone that stands still in the middle of an answer until consent has ended at both ends (RFC 7675) and the Mac
/// knows it no more. Woken, it has the whole answer, asked of the runner once, and says that there is a new connection.
/// PatienceTests has the short sleep, tests/Nat the one that ends in another network.
/// </summary>
public sealed class AsleepTests
{
    private const string OnlyWhole = "QUICPAIR_SOAK=1 runs it.";
    private const string Answer = ".answer:last-of-type";
    private const string Live = @"(Local|Direct) · [\d.]+ m?s$";
    private const int Length = 200;

    // Of the answer: heard before the sleep, and said by its end.
    private const int Before = 3;
    private const int Half = Length / 2;

    // RFC 7675, 5.1: "consent expires after 30 seconds".
    private static readonly TimeSpan WithoutConsent = TimeSpan.FromSeconds(31);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    public static bool IsSoak => Environment.GetEnvironmentVariable("QUICPAIR_SOAK") == "1";

    private static string Whole => string.Concat(Enumerable.Range(0, Length).Select(MeteredRunner.Word));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory(Skip = OnlyWhole, SkipUnless = nameof(IsSoak))]
    [InlineData(Half)]
    [InlineData(Length + 1)]
    public async Task The_command_wakes_and_reads_on_over_a_new_connection(int saidAsleep)
    {
        await using var runner = new MeteredRunner(Length);
        await using var mac = await MacProcess.Start(settings: runner.Settings);
        using var phone = new PhoneCommand();
        await using var chat = phone.Start("chat", await mac.Invite(), "--json", "Count");
        await runner.Asked();
        runner.Say(Before);
        await chat.Line(line => line.Contains(MeteredRunner.Word(Before - 1), StringComparison.Ordinal));

        await chat.Freeze();
        runner.Say(saidAsleep - Before);
        await Forgotten(mac);
        await chat.Thaw();
        runner.Say(Length + 1 - saidAsleep);

        Assert.Equal(0, await chat.Exit());
        Assert.Equal((Whole, 1), (Words.Of(chat.Output), runner.Chats));
        var changes = Changes(chat.Output);
        TestContext.Current.TestOutputHelper?.WriteLine($"The command says: {string.Join(", ", changes)}.");

        // What was said asleep waits in the socket: with the end of the answer in it, no other connection is needed.
        if (saidAsleep <= Length) Assert.Contains("connected_anew", changes);
    }

    [Fact(Skip = OnlyWhole, SkipUnless = nameof(IsSoak))]
    public async Task The_page_wakes_and_reads_on_over_a_new_connection()
    {
        if (!OperatingSystem.IsLinux()) Lane.Unavailable("The processes of a browser are found in Linux's /proc.");
        await using var runner = new MeteredRunner(Length);
        await using var mac = await MacProcess.Start(settings: runner.Settings);
        await using var page = await Chromium.Start(390, 844);
        await page.Open(await mac.Invite());
        await page.Click("Pair");
        await page.WaitFor(".chip", Live);
        await page.Type("textarea", "Count");
        await page.Click("Send");
        await runner.Asked();
        runner.Say(Before);
        await page.WaitFor(Answer + " .text", MeteredRunner.Word(Before - 1).TrimEnd());

        await using (var browser = await FrozenTree.Below(page.Driver))
        {
            Assert.NotEqual(0, browser.Count);
            runner.Say(Half - Before);
            await Forgotten(mac);
        }

        runner.Say(Length + 1 - Half);
        var text = await page.WaitFor(Answer + "[data-state=done] .text", MeteredRunner.Word(Length - 1).TrimEnd());
        Assert.Equal((Whole.TrimEnd(), 1), (text.TrimEnd(), runner.Chats));
        await page.Click("Connection");
        await page.WaitFor(".change", "A new connection was made");
    }

    /// <summary>Waits until consent has ended at the phone, too, and the Mac has no phone any more.</summary>
    private static async Task Forgotten(MacProcess mac)
    {
        using var look = new PeriodicTimer(BetweenLooks);
        var began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < WithoutConsent || await Connected(mac) > 0)
        {
            await look.WaitForNextTickAsync(Cancellation);
        }
    }

    private static async Task<int> Connected(MacProcess mac)
    {
        var reply = await mac.Ask(new { op = "status" });
        return reply.GetProperty("status").GetProperty("connected").GetInt32();
    }

    /// <summary>What <c>quicpair chat --json</c> says of its path.</summary>
    private static List<string> Changes(string output) =>
    [
        .. output.Split('\n')
            .Where(line => line.StartsWith('{'))
            .Select(line => JsonElement.Parse(line))
            .Where(message => message.GetProperty("op").GetString() == "path")
            .Select(message => message.GetProperty("change").GetString()!),
    ];
}
