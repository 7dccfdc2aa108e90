using System.Runtime.CompilerServices;
using System.Threading.Channels;
using QuicPair.Protocol.Chat;
using QuicPair.Silo.Runners;

namespace QuicPair.Silo.Tests.Answers;

/// <summary>A runner that says what the test writes, when the test writes it.</summary>
internal sealed class ScriptedRunner : IModelRunner
{
    private readonly Channel<Script> _begun = Channel.CreateUnbounded<Script>();
    private readonly Channel<bool> _listed = Channel.CreateUnbounded<bool>();

    public string Description => "scripted";

    public List<string> Loaded { get; } = ["m"];

    /// <summary>The models that it has.</summary>
    public List<ModelCard> Models { get; } = [new("m", 1, Loaded: true, Remote: false, [])];

    /// <summary>What was asked of it beside chats, one word and one model each.</summary>
    public List<string> Asked { get; } = [];

    /// <summary>How often it was asked which models are in memory.</summary>
    public int StageQuestions { get; private set; }

    /// <summary>What the list of its models waits for.</summary>
    public Task Listing { get; set; } = Task.CompletedTask;

    /// <summary>What loading waits for.</summary>
    public Task Loading { get; set; } = Task.CompletedTask;

    /// <summary>What embedding waits for.</summary>
    public Task Embedding { get; set; } = Task.CompletedTask;

    /// <summary>What a pull says.</summary>
    public List<PullProgress> Pulling { get; } = [];

    /// <summary>What the list of its models fails with; null is not at all.</summary>
    public Exception? ListFailure { get; set; }

    /// <summary>Completes when it is asked for its models, once for each time.</summary>
    public Task Listed() => _listed.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask()
        .WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);

    public async Task<IReadOnlyList<ModelCard>> List(CancellationToken cancellation)
    {
        _listed.Writer.TryWrite(true);
        await Listing.WaitAsync(cancellation);
        if (ListFailure is { } failure) throw failure;
        return [.. Models];
    }

    public Task<IReadOnlyList<RunningModel>> Running(CancellationToken cancellation)
    {
        StageQuestions++;
        return Task.FromResult<IReadOnlyList<RunningModel>>(
            [.. Loaded.Select(name => new RunningModel { Name = name })]);
    }

    public Task<ModelDetails> Show(string model, CancellationToken cancellation)
    {
        Asked.Add($"show {model}");
        return Task.FromResult(new ModelDetails { Family = "scripted" });
    }

    public Task Load(string model, CancellationToken cancellation)
    {
        Asked.Add($"load {model}");
        return Loading.WaitAsync(cancellation);
    }

    public Task Unload(string model, CancellationToken cancellation)
    {
        Asked.Add($"unload {model}");
        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<PullProgress> Pull(
        string model, [EnumeratorCancellation] CancellationToken cancellation)
    {
        Asked.Add($"pull {model}");
        foreach (var step in Pulling)
        {
            await Task.Yield();
            yield return step;
        }
    }

    public async Task<RunnerEmbeddings> Embed(
        string model, IReadOnlyList<string> input, int? dimensions, CancellationToken cancellation)
    {
        Asked.Add($"embed {model}");
        await Embedding.WaitAsync(cancellation);
        var vectors = input.Select(text => Enumerable.Repeat((float)text.Length, dimensions ?? 2).ToArray());
        return new RunnerEmbeddings([.. vectors], input.Count);
    }

    /// <summary>Whether a cancelled chat goes on until the test ends it.</summary>
    public bool IgnoresCancel { get; set; }

    /// <summary>The next chat that reached the runner; the minute only ends a hang.</summary>
    public Task<Script> Begun() => _begun.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask()
        .WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);

    /// <summary>Whether a chat reached the runner that the test has not seen.</summary>
    public bool HasBegun => _begun.Reader.TryPeek(out _);

    public async IAsyncEnumerable<RunnerEvent> Chat(
        RunnerChat chat, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var script = new Script(chat, cancellation);
        _begun.Writer.TryWrite(script);
        var heard = IgnoresCancel ? CancellationToken.None : cancellation;
        await foreach (var step in script.Steps.Reader.ReadAllAsync(heard)) yield return step;
    }

    internal sealed record Script(RunnerChat Chat, CancellationToken Cancelled)
    {
        public Channel<RunnerEvent> Steps { get; } = Channel.CreateUnbounded<RunnerEvent>();

        public void Say(string text) => Steps.Writer.TryWrite(new RunnerEvent.Delta(text));

        public void Think(string text) => Steps.Writer.TryWrite(new RunnerEvent.Thinking(text));

        public void Finish() => Steps.Writer.TryWrite(new RunnerEvent.Finished(
            HitLimit: false,
            new RunnerStatistics(
                TimeSpan.FromMilliseconds(3), TimeSpan.FromMilliseconds(5), 2, TimeSpan.FromSeconds(1))));

        public void Break(Exception problem) => Steps.Writer.TryComplete(problem);
    }
}
