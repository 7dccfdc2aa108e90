using QuicPair.Client;
using Xunit;

namespace QuicPair.EndToEnd.Breaking;

/// <summary>The network between phone and Mac goes away in the middle of an answer.</summary>
public sealed class NetworkCutTests
{
    private const string Prompt = "Tell me everything";

    private static readonly Dictionary<string, string?> Slow = new() { ["Runner__BuiltInPaceMilliseconds"] = "40" };

    [Fact]
    public async Task A_short_cut_only_delays_the_answer()
    {
        using var relay = new UdpRelay();
        await using var mac = await MacProcess.Start(settings: Slow);
        await using var phone = await TestPhone.Pair(mac, key => new RelayedSignaling(relay, key));
        var whole = await phone.Ask(Prompt);

        var first = await phone.FirstWord(Prompt);
        relay.Cut();
        while (relay.Dropped < 5)
        {
            // Another word, or the same one again, falls into the cut: the control socket is the clock.
            await mac.Ask(new { op = "status" });
        }

        relay.Mend();

        Assert.Equal(whole, first + await phone.ReadOn());
    }

    [Fact]
    public async Task After_a_long_cut_the_answer_is_resumed()
    {
        using var relay = new UdpRelay();
        await using var mac = await MacProcess.Start(settings: Slow);
        await using var phone = await TestPhone.Pair(mac, key => new RelayedSignaling(relay, key));
        var whole = await phone.Ask(Prompt);

        var first = await phone.FirstWord(Prompt);
        relay.Cut();
        phone.Clock.Jump(TimeSpan.FromSeconds(31));
        Assert.Equal(ConnectFailure.Interrupted, (await phone.Ended).Reason);
        relay.Mend();

        Assert.Equal(whole, first + await phone.ComeBack());
    }
}
