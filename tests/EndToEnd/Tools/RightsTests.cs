using System.Text.Json;
using Xunit;

namespace QuicPair.EndToEnd.Tools;

/// <summary>What a device hears of its rights from the real command, with real inference behind the Mac.</summary>
public sealed class RightsTests
{
    private const string Prompt = "Tell me about the river";

    [Fact]
    public async Task A_model_may_be_named_without_its_tag_where_the_one_that_is_meant_is_allowed()
    {
        await using var runner = await TestRunner.Start(seed: 5);
        await using var mac = await MacProcess.Start(settings: runner.Settings);
        using var phone = new PhoneCommand();
        Assert.Equal(0, (await phone.Run("chat", "-m", "bigram", await mac.Invite(), Prompt)).Exit);

        await Set(mac, device => new { op = "set", device, models = new[] { "bigram:latest" } });
        var (exit, said, errors) = await phone.Run("chat", "-m", "bigram", Prompt);
        Assert.Equal((0, ""), (exit, errors));
        Assert.NotEmpty(said);
        var shown = JsonElement.Parse((await phone.Run("models", "show", "bigram", "--json")).Output);
        Assert.Equal("bigram:latest", shown.GetProperty("model").GetString());

        await Set(mac, device => new { op = "set", device, models = new[] { "another" } });
        Assert.Equal(4, (await phone.Run("chat", "-m", "bigram", Prompt)).Exit);
        Assert.Equal(4, (await phone.Run("models", "show", "bigram")).Exit);
    }

    [Fact]
    public async Task A_device_whose_tokens_of_the_day_are_used_up_hears_from_when_there_are_new_ones()
    {
        await using var runner = await TestRunner.Start(seed: 5);
        await using var mac = await MacProcess.Start(settings: runner.Settings);
        using var phone = new PhoneCommand();
        Assert.Equal(0, (await phone.Run("chat", await mac.Invite(), Prompt)).Exit);

        await Set(mac, device => new { op = "set", device, tokensPerDay = 1 });
        var (exit, said, errors) = await phone.Run("chat", Prompt);

        Assert.Equal((4, ""), (exit, said));
        Assert.Matches(
            "^Today's tokens of this device are used up; there are new ones from [0-9]{2}:[0-9]{2}[.]$",
            errors.TrimEnd());
        Assert.Equal(1, await runner.Chats());
    }

    /// <summary>Changes what the one paired device may do.</summary>
    private static async Task Set(MacProcess mac, Func<string, object> change)
    {
        var devices = (await mac.Ask(new { op = "devices" })).GetProperty("devices");
        var device = Assert.Single(devices.EnumerateArray()).GetProperty("device").GetString()!;
        Assert.True((await mac.Ask(change(device))).GetProperty("ok").GetBoolean());
    }
}
