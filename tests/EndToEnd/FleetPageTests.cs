using Xunit;

namespace QuicPair.EndToEnd;

/// <summary>The operator's page in a real browser, with a real phone that chats meanwhile.</summary>
public sealed class FleetPageTests
{
    private const string Token = "operator-token-for-the-fleet";

    private const int Words = 5;

    [Fact]
    public async Task Shows_a_phone_that_chats_and_removes_it()
    {
        await using var runner = new MeteredRunner(Words);
        await using var mac = await MacProcess.Start(settings: new Dictionary<string, string?>(runner.Settings)
        {
            ["FrontDoor__DashboardToken"] = Token,
            ["Mac__Name"] = "Anna's Mac mini",
        });
        runner.Say(2 * (Words + 1));
        using var phone = new PhoneCommand();
        using var other = new PhoneCommand();
        Assert.Equal(0, (await phone.Run("chat", await mac.Invite(), "Hello", "--name", "Phone")).Exit);
        Assert.Equal(0, (await other.Run("chat", await mac.Invite(), "Hello", "--name", "Tablet")).Exit);
        await using var page = await Chromium.Start(1280, 800);
        await page.Open($"{mac.Address}fleet?token={Token}");
        await page.WaitFor("h2", "Anna's Mac mini");
        Assert.Equal(2, (await page.Texts("li.device")).Length);

        await using var chat = phone.Start("chat", "Tell me everything");
        runner.Say(2);
        await page.WaitFor("li.live .chip.answering", "Answering");
        Assert.Matches(@"(Local|Direct) · [\d.]+ m?s$", (await page.Texts("li.live .path"))[0]);
        Assert.Matches("First token .* tokens", (await page.Texts("li.live .split"))[0]);
        Assert.Equal("/fleet", new Uri(await page.Address()).PathAndQuery);
        await page.Screenshot("fleet-1280");
        await Fits(page);
        await page.Resize(390, 844);
        await Fits(page);
        await page.Screenshot("fleet-390");
        await page.Dark(true);
        await page.Screenshot("fleet-390-dark");

        await page.Click("Revoke");
        await page.WaitFor("button.sure", "Revoke for good");
        Assert.Empty(await page.Texts(".actions p"));
        await page.Click("Revoke for good");
        while ((await page.Texts("li.device")).Length > 1)
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }

        var devices = await mac.Ask(new { op = "devices" });
        Assert.Equal(1, devices.GetProperty("devices").GetArrayLength());
        Assert.Empty(await page.Problems());
    }

    /// <summary>Nothing stands out to the right: the page scrolls downwards only.</summary>
    private static async Task Fits(Chromium page)
    {
        var width = await page.Evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
        Assert.Equal(0, width.GetInt32());
    }
}
