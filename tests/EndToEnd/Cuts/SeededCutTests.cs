using QuicPair.EndToEnd.Breaking;
using Xunit;

namespace QuicPair.EndToEnd.Cuts;

/// <summary>
/// Real inference of a seed over real sockets: the phone is cut off behind a token, comes back and has what the runner
/// says to that seed without any cut. QUICPAIR_SOAK=1 cuts behind every one of 200 tokens.
/// </summary>
public sealed class SeededCutTests(SeededStage stage) : IClassFixture<SeededStage>
{
    // A phone of this process that says goodbye costs little.
    private const int Goodbyes = 12;

    [Fact]
    public async Task Behind_any_token_a_phone_says_goodbye()
    {
        await stage.Ready();
        var last = stage.Answer.Pieces.Count;
        await CutStage.Each(
            Cutting.Positions(last, [.. Enumerable.Range(0, Goodbyes).Select(cut => cut * last / (Goodbyes - 1))]), 1,
            () => TestPhone.Pair(stage.Mac),
            async (phone, pieces) =>
            {
                var before = await stage.Begin(phone, pieces);
                await phone.Leave();
                stage.Finish(pieces);
                await stage.Check(pieces, before, await phone.ComeBack());
            });
    }

    [Fact]
    public async Task Behind_any_token_the_network_drops_everything()
    {
        await stage.Ready();
        using var relay = new UdpRelay();
        var last = stage.Answer.Pieces.Count;
        await CutStage.Each(
            Cutting.Positions(last, last / 3), 1,
            () => TestPhone.Pair(stage.Mac, key => new RelayedSignaling(relay, key)),
            async (phone, pieces) =>
            {
                var before = await stage.Begin(phone, pieces);
                relay.Cut();
                stage.Finish(pieces);
                await Cutting.Lose(phone, relay);
                await stage.Check(pieces, before, await phone.ComeBack());
            });
    }

    [Fact]
    public async Task Behind_any_token_the_phones_process_is_killed()
    {
        await stage.Ready();
        var last = stage.Answer.Pieces.Count;
        await CutStage.Each(
            Cutting.Positions(last, 0, last / 4, 2 * last / 3, last), 2,
            () => KilledPhone.Pair(stage.Mac),
            async (phone, pieces) =>
            {
                var (before, id, seq) = await stage.BeginAndDie(phone, pieces);
                stage.Finish(pieces);
                await stage.Check(pieces, before, Cutting.IsSoak && pieces % 10 != 0
                    ? await phone.TakeUp(id, seq)
                    : await phone.TakeUpByCommand(id, seq));
            });
    }
}
