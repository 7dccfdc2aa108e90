using System.Text.Json;
using QuicPair.Cluster.Tests.Processes;
using QuicPair.EndToEnd;
using QuicPair.Protocol;
using Xunit;

namespace QuicPair.Cluster.Tests.Deploy;

/// <summary>
/// What people see of the household that one command starts: phones in Chromium and at a terminal, each answered by its
/// Mac through the one front door, and the operator's pages while three phones are connected and a fourth is answered.
/// </summary>
public sealed class HouseholdPagesTests : IAsyncDisposable
{
    private const string OnlyWhole = "QUICPAIR_SOAK=1 runs it.";
    private const string Token = "operator-token-of-the-tests";
    private const string Live = @"(Local|Direct) · [\d.]+ m?s$";
    private const int Words = 5;

    private static readonly string[] Names = ["mac-1", "mac-2", "mac-3"];
    private static readonly string LastWord = MeteredRunner.Word(Words - 1).TrimEnd();
    private static readonly (int Width, int Height)[] Sizes = [(1280, 800), (390, 844)];

    private readonly string _folder = Directory.CreateTempSubdirectory("quicpair-pages-").FullName;
    private readonly MeteredRunner _runner = new(Words);
    private readonly List<Chromium> _phones = [];
    private readonly List<PhoneCommand> _laptops = [];
    private readonly List<string> _ids = [];

    public static bool IsSoak => Environment.GetEnvironmentVariable("QUICPAIR_SOAK") == "1";

    public async ValueTask DisposeAsync()
    {
        foreach (var phone in _phones) await phone.DisposeAsync();
        foreach (var laptop in _laptops) laptop.Dispose();
        await _runner.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact(Skip = OnlyWhole, SkipUnless = nameof(IsSoak))]
    public async Task Three_macs_answer_phones_in_chromium_and_at_a_terminal_and_the_pages_show_all_of_it()
    {
        PostgresProcess.Require();
        Chromium.Require();
        await using var script = ChildProcess.Start(
            Path.Combine(Tree.Root, "deploy", "household.sh"), [Path.Combine(_folder, "house")],
            new Dictionary<string, string?>(_runner.Settings)
            {
                ["CONFIGURATION"] = new DirectoryInfo(AppContext.BaseDirectory).Name,
                ["FrontDoor__DashboardToken"] = Token,
            });
        await script.Line(line => line.StartsWith("Ctrl-C", StringComparison.Ordinal));
        var door = script.Output.Split("Front door: ")[1].Split('\n')[0];
        foreach (var mac in Names)
        {
            await IsAnsweredInChromium(mac, door);
            await IsAnsweredAtATerminal(mac, door);
        }

        // Two words and no more: this one is answered for as long as the pages are looked at.
        await using var chat = _laptops[^1].Start("chat", "Tell me everything");
        _runner.Say(2);
        await using (var page = await Chromium.Start(1280, 800))
        {
            foreach (var (width, height) in Sizes)
            {
                await page.Resize(width, height);
                await ShowsTheFleet(page, door, width);
                Assert.Empty(await page.Problems());
            }

            foreach (var (width, height) in Sizes)
            {
                await page.Resize(width, height);
                await ShowsTheDashboard(page, door, width);
            }
        }

        _runner.Say(Words - 2 + 1);
        Assert.Equal(0, await chat.Exit());
        Assert.Equal((2 * Names.Length) + 1, _runner.Chats);
        Signals.Terminate(script.Id);
        await script.Exit();
    }

    /// <summary>A phone that stays connected.</summary>
    private async Task IsAnsweredInChromium(string mac, string door)
    {
        var phone = await Chromium.Start(390, 844);
        _phones.Add(phone);
        await phone.Open(await Link(mac, door));
        await phone.Click("Pair");
        await phone.WaitFor(".chip", Live);
        await phone.WaitFor("h1", $"^{mac}$");
        await phone.Type("textarea", "Hello");
        await phone.Click("Send");
        SayAll();
        await phone.WaitFor(".answer:last-of-type[data-state=done] .text", LastWord);
        await phone.Screenshot($"household-phone-{mac}");
        Assert.Empty(await phone.Problems());
    }

    private async Task IsAnsweredAtATerminal(string mac, string door)
    {
        var laptop = new PhoneCommand();
        _laptops.Add(laptop);
        SayAll();
        var (exit, output, errors) = await laptop.Run("chat", await Link(mac, door), "Hello", "--name", "Laptop");
        Assert.True(exit == 0, errors);
        Assert.Contains(LastWord, output, StringComparison.Ordinal);
    }

    /// <summary>Every word of the next answer, and its end.</summary>
    private void SayAll() => _runner.Say(Words + 1);

    /// <summary>A new invitation of a Mac, whose link leads to the front door.</summary>
    private async Task<string> Link(string mac, string door)
    {
        await using var pair = ChildProcess.Start(
            "dotnet", [Tree.Program("Cli"), "--home", Path.Combine(_folder, "house", mac), "pair", "--json"]);
        pair.Input.Close();
        Assert.Equal(0, await pair.Exit());
        using var reply = JsonDocument.Parse(pair.Output);
        var text = reply.RootElement.GetProperty("links")[0].GetString()!;
        Assert.StartsWith(door, text, StringComparison.Ordinal);
        Assert.True(PairingLink.TryParse(text, out var link, out string problem), problem);
        var id = KeySchedule.MacId(link.MacPublicKey);
        if (!_ids.Contains(id)) _ids.Add(id);
        return text;
    }

    private async Task ShowsTheFleet(Chromium page, string door, int width)
    {
        await page.Open($"{door}/fleet?token={Token}");
        await page.WaitFor("header p", "^3 of 3 Macs here · 4 phones connected · 1 chat running$");
        await page.WaitFor("li.live .chip.answering", "^Answering$");
        Assert.Equal(Names, (await page.Texts("section.mac.here h2")).Order());
        Assert.Equal(_ids.Order(), (await page.Texts("section.mac .facts code")).Order());
        var paths = await page.Texts("li.live .path");
        Assert.Equal(4, paths.Length);
        Assert.All(paths, path => Assert.Matches("^(Local|Direct) · [0-9.]+ m?s$", path));

        // Two phones were paired with each Mac; those that one of the others vouched for come on top.
        var macs = await page.Evaluate(
            "[...document.querySelectorAll('section.mac')].map((mac) => ({"
            + "devices: mac.querySelectorAll('li.device').length, live: mac.querySelectorAll('li.live').length, "
            + "speed: mac.querySelector('dl.numbers div:last-child dd').textContent }))");
        Assert.All(macs.EnumerateArray(), mac =>
        {
            Assert.InRange(mac.GetProperty("devices").GetInt32(), 2, int.MaxValue);
            Assert.InRange(mac.GetProperty("live").GetInt32(), 1, 2);
            Assert.Equal($"{MeteredRunner.WordsPerSecond}", mac.GetProperty("speed").GetString());
        });
        var beyond = await page.Evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        Assert.Equal(0, beyond.GetInt32());
        for (var mac = 0; mac < Names.Length; mac++)
        {
            await page.Evaluate($"document.querySelectorAll('section.mac')[{mac}].scrollIntoView()");
            await page.Screenshot($"household-fleet-{width}-{mac + 1}");
        }

        await page.Click("Revoke");
        await page.WaitFor(".actions p", "^This removes it from every Mac of the household.$");
        await page.Click("Keep");
    }

    private async Task ShowsTheDashboard(Chromium page, string door, int width)
    {
        await page.Open($"{door}/dashboard/?token={Token}");
        await page.WaitFor("#content", @"Active Silos4(?!\d)");
        await page.Screenshot($"household-dashboard-{width}");

        await page.Evaluate("location.hash = '#/silos'");
        await page.WaitFor("#content", All([.. _ids, ClusterIdentity.FrontDoor]));
        await page.Screenshot($"household-dashboard-{width}-silos");

        await page.Evaluate("location.hash = '#/grains'");
        await page.WaitFor("#content", All(["MacGrain", "PairingGrain"]));
        await page.Screenshot($"household-dashboard-{width}-grains");
    }

    /// <summary>A pattern that finds every one of these words, wherever it is.</summary>
    private static string All(string[] words) => "^" + string.Concat(words.Select(word => $"(?=.*{word})"));
}
