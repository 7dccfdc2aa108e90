using System.Runtime.CompilerServices;
using System.Threading.Channels;
using QuicPair.Silo.Runners;

namespace QuicPair.Silo.Tests.Answers;

/// <summary>A runner that says what the test writes, when the test writes it.</summary>
internal sealed class ScriptedRunner : IModelRunner
{
    private readonly Channel<Script> _begun = Channel.CreateUnbounded<Script>();

    public string Description => "scripted";

    public List<string> Loaded { get; } = ["m"];

    public Task<IReadOnlyList<ModelCard>> List(CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<ModelCard>>([new("m", 1, Loaded: true, Remote: false, [])]);

    public Task<IReadOnlyList<string>> Running(CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<string>>(Loaded);

    public Task Load(string model, CancellationToken cancellation) => Task.CompletedTask;

    public Task Unload(string model, CancellationToken cancellation) => Task.CompletedTask;

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
