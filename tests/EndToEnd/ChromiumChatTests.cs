using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace QuicPair.EndToEnd;

/// <summary>A person with a phone and a Mac: real Chromium, real silo, the built-in runner.</summary>
public sealed class ChromiumChatTests
{
    private const string Answer = ".answer:last-of-type";
    private const string Live = @"(Local|Direct) · [\d.]+ m?s$";

    [Fact]
    public async Task A_phone_pairs_by_link_and_chats_over_several_turns()
    {
        await using var mac = await MacProcess.Start();
        await using var phone = await Chromium.Start(390, 844);
        var link = await mac.Invite();

        await phone.Open(link);
        await phone.WaitFor("h1", "Pair with this Mac");
        Assert.DoesNotContain("#", await phone.Address(), StringComparison.Ordinal);
        await phone.Screenshot("1-pair");
        await phone.Click("Pair");
        await phone.WaitFor(".chip", Live);
        await phone.Screenshot("2-paired");

        await phone.Type("textarea", "Hello, how are you?");
        await phone.Click("Send");
        await phone.WaitFor(Answer + "[data-state=done] .text", ".");
        await phone.Type("textarea", "And what did I just ask?");
        await phone.Click("Send");
        await phone.WaitFor(".turns > :nth-child(4)[data-state=done] .text", ".");
        await phone.Screenshot("3-two-turns");
        Assert.Equal(2, (await phone.Texts(".answer .text")).Length);

        await phone.Reload();
        await phone.WaitFor(".chip", Live);
        Assert.Equal(2, (await phone.Texts(".answer .text")).Length);
        await phone.Type("textarea", "Still there?");
        await phone.Click("Send");
        await phone.WaitFor(".turns > :nth-child(6)[data-state=done] .text", ".");
        await phone.Resize(1280, 800);
        await phone.WaitFor(".chip", Live);
        await phone.Screenshot("4-desktop");
        await phone.Dark(true);
        await phone.Screenshot("5-desktop-dark");
        Assert.Empty(await phone.Problems());
    }

    [Fact]
    public async Task Stop_ends_an_answer_and_the_next_question_is_answered()
    {
        const int words = 20;
        await using var runner = new MeteredRunner(words);
        await using var mac = await MacProcess.Start(settings: runner.Settings);
        await using var phone = await Paired(mac);

        await phone.Type("textarea", "Tell me a very long story");
        await phone.Click("Send");
        runner.Say(3);
        await phone.WaitFor(Answer + " .text", MeteredRunner.Word(2).TrimEnd());
        await phone.Click("Stop");
        await phone.WaitFor(Answer + "[data-state=stopped] .stats", "stopped");
        await phone.Type("textarea", "Hello");
        await phone.Click("Send");
        runner.Say(2 * words); // the stopped chat may take some of them
        await phone.WaitFor(".turns > :nth-child(4)[data-state=done] .text", MeteredRunner.Word(words - 1).TrimEnd());
        Assert.Equal(2, runner.Chats);
    }

    [Fact]
    public async Task A_phone_comes_back_without_a_link_after_the_Mac_was_killed()
    {
        var mac = await MacProcess.Start();
        await using var phone = await Paired(mac);

        mac = await mac.KillAndRestart();
        await using var _ = mac;
        await phone.WaitFor(".chip", Live);
        await phone.Type("textarea", "Hello again");
        await phone.Click("Send");
        await phone.WaitFor(Answer + "[data-state=done] .text", ".");
    }

    [Fact]
    public async Task A_Mac_that_was_killed_while_it_pairs_is_paired_by_the_same_link_without_a_tap()
    {
        var mac = await MacProcess.Start();
        await using var phone = await Chromium.Start(390, 844);
        await phone.Open(await mac.Invite(confirm: true));
        await phone.Click("Pair");
        await phone.WaitFor(".digits", @"\d");

        mac = await mac.KillAndRestart();
        await using var _ = mac;
        var waiting = await Waiting(mac);
        await mac.Ask(new
        {
            op = "confirm",
            device = waiting.GetProperty("device").GetString(),
            code = waiting.GetProperty("code").GetString(),
            accept = true,
        });

        await phone.WaitFor(".chip", Live);
        Assert.Single(await Devices(mac));
    }

    [Fact]
    public async Task A_revoked_phone_is_out_at_once()
    {
        await using var mac = await MacProcess.Start();
        await using var phone = await Paired(mac);
        var device = (await Devices(mac)).Single().GetProperty("device").GetString();

        await mac.Ask(new { op = "revoke", device });

        await phone.WaitFor(".banner", "was removed|did not accept");
        await phone.Click("Try again");
        await phone.WaitFor(".banner", "did not accept");
    }

    [Fact]
    public async Task An_owners_phone_changes_and_removes_another_device()
    {
        await using var mac = await MacProcess.Start();
        await using var phone = await Paired(mac);
        var owner = (await Devices(mac)).Single().GetProperty("device").GetString();
        await mac.Ask(new { op = "set", device = owner, role = "owner" });
        using var other = new PhoneCommand();
        Assert.Equal(0, (await other.Run("chat", "--name", "Laptop", await mac.Invite(), "Hello")).Exit);

        await phone.Click("Connection");
        await phone.WaitFor(".device:last-of-type", "Laptop.*away");
        await phone.Screenshot("6-devices");
        await phone.Evaluate(
            "const role = document.querySelector('select[aria-label=\"Role of Laptop\"]'); role.value = 'guest';"
            + "role.dispatchEvent(new Event('change', { bubbles: true }))");
        Assert.Equal(4, (await other.Run("models", "load", "quicpair-built-in")).Exit);
        Assert.Equal("guest", (await Devices(mac)).Single(IsOther).GetProperty("role").GetString());

        await phone.Click("Remove Laptop");
        await phone.Click("Yes, remove Laptop");
        await phone.WaitFor("section[aria-labelledby=devices-title]", "^((?!Laptop).)*$");
        Assert.Equal(4, (await other.Run("chat", "Still there?")).Exit);
        Assert.Equal(owner, (await Devices(mac)).Single().GetProperty("device").GetString());
        Assert.Empty(await phone.Problems());

        bool IsOther(JsonElement device) => device.GetProperty("device").GetString() != owner;
    }

    [Fact]
    public async Task The_owner_compares_six_digits_when_the_link_asks_for_it()
    {
        await using var mac = await MacProcess.Start();
        await using var phone = await Chromium.Start(390, 844);
        await phone.Open(await mac.Invite(confirm: true));
        await phone.Click("Pair");
        var shown = Regex.Replace(await phone.WaitFor(".digits", @"\d"), @"\D", "");

        var waiting = (await mac.Ask(new { op = "confirmations" })).GetProperty("confirmations");
        var confirmation = waiting.EnumerateArray().Single();
        Assert.Equal(confirmation.GetProperty("code").GetString(), shown);
        var device = confirmation.GetProperty("device").GetString();
        await mac.Ask(new { op = "confirm", device, code = shown, accept = true });

        await phone.WaitFor(".chip", Live);
    }

    /// <summary>The phone that waits for the owner, once there is one.</summary>
    private static async Task<JsonElement> Waiting(MacProcess mac)
    {
        while (true)
        {
            var waiting = (await mac.Ask(new { op = "confirmations" })).GetProperty("confirmations");
            if (waiting.GetArrayLength() > 0) return waiting[0];
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }
    }

    private static async Task<JsonElement[]> Devices(MacProcess mac) =>
        [.. (await mac.Ask(new { op = "devices" })).GetProperty("devices").EnumerateArray()];

    private static async Task<Chromium> Paired(MacProcess mac)
    {
        var phone = await Chromium.Start(390, 844);
        await phone.Open(await mac.Invite());
        await phone.Click("Pair");
        await phone.WaitFor(".chip", Live);
        return phone;
    }
}
