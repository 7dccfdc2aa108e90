using QuicPair.Client;
using Xunit;

namespace QuicPair.EndToEnd.Breaking;

/// <summary>A process that is stopped in the middle of an answer and goes on later: the answer is whole.</summary>
public sealed class FrozenTests
{
    private const string Prompt = "Tell me everything";

    // Slow enough to be in the middle for long.
    private static readonly Dictionary<string, string?> Slow = new() { ["Runner__BuiltInPaceMilliseconds"] = "60" };

    [Fact]
    public async Task A_frozen_phone_finds_the_rest_of_its_answer()
    {
        await using var mac = await MacProcess.Start(settings: Slow);
        using var phone = new PhoneCommand();
        using var other = new PhoneCommand();
        var whole = Words.Of((await phone.Run("chat", await mac.Invite(), "--json", Prompt)).Output);

        await using var chat = phone.Start("chat", "--json", Prompt);
        await chat.Line(Words.IsDelta);
        await chat.Freeze();

        // One chat at a time: who comes second is answered once the first answer is complete, on the Mac.
        var (exit, _, _) = await other.Run("chat", await mac.Invite(), "Hello");
        await chat.Thaw();

        Assert.Equal((0, 0), (exit, await chat.Exit()));
        Assert.Equal(whole, Words.Of(chat.Output));
    }

    [Fact]
    public async Task A_frozen_Mac_is_found_again_and_the_answer_goes_on()
    {
        await using var mac = await MacProcess.Start(settings: Slow);
        await using var phone = await TestPhone.Pair(mac);
        var whole = await phone.Ask(Prompt);

        var chat = await phone.FirstWord(Prompt);
        await mac.Process.Freeze();

        // RFC 7675, 5.1: consent expires 30 seconds after the last answer.
        phone.Clock.Jump(TimeSpan.FromSeconds(31));
        Assert.Equal(ConnectFailure.Interrupted, (await phone.Ended).Reason);
        await mac.Process.Thaw();

        Assert.Equal(whole, chat + await phone.ComeBack());
    }
}
