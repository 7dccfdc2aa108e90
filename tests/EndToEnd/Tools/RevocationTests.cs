using System.Diagnostics;
using System.Text.Json;
using QuicPair.EndToEnd.Breaking;
using QuicPair.EndToEnd.Cuts;
using Xunit;

namespace QuicPair.EndToEnd.Tools;

/// <summary>
/// <c>quicpair devices revoke</c> against a phone in the middle of an answer. That a session ends within a second is
/// proved by the daemon's own clock, in the tests of Silo; here it is measured.
/// </summary>
public sealed class RevocationTests(ITestOutputHelper output)
{
    private const int SomeWords = 3;
    private const int AllWords = 2_000;

    [Fact]
    public async Task A_phone_in_mid_answer_is_cut_off()
    {
        await using var runner = new MeteredRunner(AllWords);
        await using var mac = await MacProcess.Start(settings: runner.Settings);
        using var phone = new PhoneCommand();
        await using var chat = await BeginChat(phone, runner, mac);

        var startedAt = Stopwatch.GetTimestamp();
        var ending = chat.Exit();
        await Revoke(mac, startedAt);
        var exit = await ending;

        output.WriteLine($"The phone's program ended after {Stopwatch.GetElapsedTime(startedAt).TotalSeconds} s.");
        Assert.Equal((4, CutStage.Said(SomeWords)), (exit, Text(chat.Output)));
        Assert.Single(chat.Errors.Trim().Split('\n'));
        await AssertForgotten(mac, phone);
    }

    [Fact]
    public async Task A_phone_that_does_not_read_is_cut_off_all_the_same()
    {
        await using var runner = new MeteredRunner(AllWords);
        await using var mac = await MacProcess.Start(settings: runner.Settings);
        using var phone = new PhoneCommand();
        await using var chat = await BeginChat(phone, runner, mac);
        await chat.Freeze();
        runner.Say(AllWords / 2);

        await Revoke(mac, Stopwatch.GetTimestamp());
        await AssertForgotten(mac, phone);

        await chat.Thaw();
        Assert.Equal(4, await chat.Exit());
    }

    private static async Task<ChildProcess> BeginChat(PhoneCommand phone, MeteredRunner runner, MacProcess mac)
    {
        var chat = phone.Start("chat", await mac.Invite(), "--json", "Count");
        await runner.Asked();
        runner.Say(SomeWords);
        await chat.Line(line => line.Contains(MeteredRunner.Word(SomeWords - 1), StringComparison.Ordinal));
        return chat;
    }

    /// <summary>By the owner's command; when it ends, the device has no session.</summary>
    private async Task Revoke(MacProcess mac, long startedAt)
    {
        var devices = (await mac.Ask(new { op = "devices" })).GetProperty("devices");
        Assert.Equal(1, devices.GetArrayLength());
        Assert.True(devices[0].GetProperty("connected").GetBoolean());
        using var owner = new PhoneCommand();
        var device = devices[0].GetProperty("device").GetString()!;
        Assert.Equal((0, "", ""), await owner.Run("devices", "revoke", device, "--home", mac.Home));
        output.WriteLine($"The command ended after {Stopwatch.GetElapsedTime(startedAt).TotalSeconds} s.");
    }

    private static async Task AssertForgotten(MacProcess mac, PhoneCommand phone)
    {
        var status = (await mac.Ask(new { op = "status" })).GetProperty("status");
        Assert.Equal((0, 0), (Number("connected"), Number("paired")));
        var (exit, said, _) = await phone.Run("chat", "Hello");
        Assert.Equal((4, ""), (exit, said));
        Assert.Empty(mac.Process.Complaints);

        int Number(string name) => status.GetProperty(name).GetInt32();
    }

    private static string Text(string lines) => string.Concat(lines.Split('\n')
        .Where(Words.IsDelta)
        .Select(line => JsonElement.Parse(line).GetProperty("content").GetString()));
}
