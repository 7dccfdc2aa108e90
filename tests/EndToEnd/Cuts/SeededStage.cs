using QuicPair.EndToEnd.Breaking;
using Xunit;

namespace QuicPair.EndToEnd.Cuts;

/// <summary>
/// A Mac whose runner is the seeded one of tests/runner behind a <see cref="LineGate"/>. It is built by the first test
/// that asks for it: where there is no llama.cpp, that test says so.
/// </summary>
public sealed class SeededStage : IAsyncDisposable
{
    private const int Tokens = 200;
    private const int LeastPieces = 150;
    private const string Prompt = "Tell me about the river and the old map";

    private TestRunner? _runner;
    private LineGate? _gate;
    private MacProcess? _mac;
    private SeededAnswer? _answer;
    private int _asked;

    internal MacProcess Mac => _mac!;

    internal SeededAnswer Answer => _answer!;

    public async ValueTask DisposeAsync()
    {
        if (_mac is not null) await _mac.DisposeAsync();
        if (_gate is not null) await _gate.DisposeAsync();
        if (_runner is not null) await _runner.DisposeAsync();
    }

    internal async Task Ready()
    {
        _runner ??= await TestRunner.Start(seed: 1, talkative: true, tokens: Tokens);
        _gate ??= await LineGate.Start(_runner.Address);
        _mac ??= await MacProcess.Start(settings: new Dictionary<string, string?>(_gate.Settings)
        {
            // One device connects many times a second here; a person does not.
            ["Limits__Burst"] = "100000",
            ["Limits__PerSecond"] = "100000",
        });
        _answer ??= await SeededAnswer.Find(_runner.Address, Prompt, Tokens);

        // A token of a word has a piece of its own; were there far fewer, a cut behind each piece would miss tokens.
        Assert.InRange(_answer.Pieces.Count, LeastPieces, Tokens);
        TestContext.Current.TestOutputHelper?.WriteLine($"{Tokens} tokens in {_answer.Pieces.Count} pieces");
    }

    /// <summary>Asks, and reads so many pieces; the next one waits.</summary>
    internal async Task<string> Begin(TestPhone phone, int pieces)
    {
        _asked = await _runner!.Chats();
        phone.Begin(Answer.Request);
        await LetOut(pieces);
        var length = Answer.Said(pieces).Length;
        return length == 0 ? "" : await phone.ReadUntil(text => text.Length >= length).WaitAsync(Cutting.Hang);
    }

    /// <summary>Has a process ask, and kills it behind so many pieces; the next one waits.</summary>
    internal async Task<(string Text, string Id, long Seq)> BeginAndDie(KilledPhone phone, int pieces)
    {
        _asked = await _runner!.Chats();

        // The command says no length: the runner's own is the same.
        return await phone.AskAndDie(
            Answer.Said(pieces), () => LetOut(pieces), "--seed", $"{Answer.Request.Options!.Seed}", Prompt);
    }

    /// <summary>Lets the rest out behind so many pieces.</summary>
    internal void Finish(int pieces) => _gate!.Say(Answer.Pieces.Count - pieces + 1);

    /// <summary>
    /// The answer was cut where it should be and is the uncut one to the byte, and the runner was asked once.
    /// </summary>
    internal async Task Check(int pieces, string before, string after)
    {
        Assert.Equal(Answer.Said(pieces), before);
        Assert.Equal(Answer.Whole, before + after);
        Assert.Equal(_asked + 1, await _runner!.Chats());
    }

    private async Task LetOut(int pieces)
    {
        await _gate!.Asked();
        _gate.Say(pieces);
    }
}
