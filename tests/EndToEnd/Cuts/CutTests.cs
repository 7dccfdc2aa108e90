using System.Diagnostics;
using QuicPair.EndToEnd.Breaking;
using Xunit;

namespace QuicPair.EndToEnd.Cuts;

/// <summary>
/// A real Mac and the C# phone over real sockets: the phone is cut off behind a word, comes back and reads on. The
/// runner is silent from that word until the cut, so that it falls where the test says. QUICPAIR_SOAK=1 cuts behind
/// every word, and between as many datagrams as fit into two minutes. A model's own words are cut in
/// <see cref="SeededCutTests"/>.
/// </summary>
public sealed class CutTests(CutStage stage) : IClassFixture<CutStage>
{
    private const string Prompt = "Count";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public Task Behind_any_word_a_phone_says_goodbye() =>
        CutStage.Each(
            Cutting.Positions(CutStage.Words, 0, 1, 100, CutStage.Words), 1, () => TestPhone.Pair(stage.Mac),
            async (phone, words) =>
            {
                var before = await Begin(phone, words);
                await phone.Leave();
                stage.Runner.Say(CutStage.Words - words + 1);
                stage.Check(words, before, await phone.ComeBack());
            });

    [Fact]
    public async Task Behind_any_word_the_network_drops_everything()
    {
        using var relay = new UdpRelay();
        await CutStage.Each(
            Cutting.Positions(CutStage.Words, 0, 57, CutStage.Words - 1, CutStage.Words), 1,
            () => TestPhone.Pair(stage.Mac, key => new RelayedSignaling(relay, key)),
            async (phone, words) =>
            {
                var before = await Begin(phone, words);
                relay.Cut();
                stage.Runner.Say(CutStage.Words - words + 1);
                await Cutting.Lose(phone, relay);
                stage.Check(words, before, await phone.ComeBack());
            });
    }

    [Fact]
    public async Task Behind_any_datagram_of_flowing_words_the_network_drops_everything()
    {
        using var relay = new UdpRelay();
        var isWhole = false;
        await CutStage.Each(
            Fitting(Cutting.IsSoak ? Enumerable.Range(1, 4 * CutStage.Words).TakeWhile(_ => !isWhole) : [2, 9]), 1,
            () => TestPhone.Pair(stage.Mac, key => new RelayedSignaling(relay, key)),
            async (phone, datagrams) =>
            {
                var before = await Begin(phone, 1);
                var cut = relay.CutAfter(datagrams);
                var reading = phone.ReadWhatComes();
                stage.Runner.Say(CutStage.Words);
                isWhole = await Task.WhenAny(cut, reading) == reading;
                if (!isWhole)
                {
                    await Cutting.Lose(phone, relay);
                }

                relay.Mend();
                var (text, _) = await reading;

                // The datagram that was the last to pass may have brought the end: then nothing is left to resume.
                stage.Check(before + text + (isWhole ? "" : await phone.ComeBack()));
            });
    }

    [Fact]
    public Task Behind_any_word_the_phones_process_is_killed() =>
        CutStage.Each(
            Cutting.Positions(CutStage.Words, 0, 100), 2,
            () => KilledPhone.Pair(stage.Mac),
            async (phone, words) =>
            {
                var (before, id, seq) = await phone.AskAndDie(
                    CutStage.Said(words),
                    async () =>
                    {
                        await stage.Asked();
                        stage.Runner.Say(words);
                    },
                    Prompt);
                stage.Runner.Say(CutStage.Words - words + 1);
                stage.Check(words, before, Cutting.IsSoak && words % 10 != 0
                    ? await phone.TakeUp(id, seq)
                    : await phone.TakeUpByCommand(id, seq));
            });

    /// <summary>Those that begin within two minutes; says how many.</summary>
    private static IEnumerable<int> Fitting(IEnumerable<int> positions)
    {
        var startedAt = Stopwatch.GetTimestamp();
        var count = 0;
        foreach (var position in positions.TakeWhile(_ => Stopwatch.GetElapsedTime(startedAt) < Patience))
        {
            count++;
            yield return position;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{count} cuts");
    }

    private async Task<string> Begin(TestPhone phone, int words)
    {
        phone.Begin(Prompt);
        await stage.Asked();
        stage.Runner.Say(words);
        return words == 0 ? "" : await phone.ReadUntil(text => text == CutStage.Said(words));
    }
}
