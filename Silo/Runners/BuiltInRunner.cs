using System.Runtime.CompilerServices;
using QuicPair.Protocol.Chat;

namespace QuicPair.Silo.Runners;

/// <summary>
/// A small deterministic text generator, so that a new user can pair and chat before installing anything. It
/// says what it is. The same conversation and seed give the same words.
/// </summary>
internal sealed class BuiltInRunner(TimeSpan pace, TimeProvider time) : IModelRunner
{
    /// <summary>The only model.</summary>
    public const string Model = "built-in";

    private static readonly IReadOnlyList<ModelCard> Models =
        [new(Model, SizeBytes: 0, Loaded: true, Remote: false, ["completion"])];

    public string Description => "the built-in text generator, which is not a language model";

    public Task<IReadOnlyList<ModelCard>> List(CancellationToken cancellation) => Task.FromResult(Models);

    public Task<IReadOnlyList<RunningModel>> Running(CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<RunningModel>>([new RunningModel { Name = Model }]);

    public async Task<ModelDetails> Show(string model, CancellationToken cancellation)
    {
        await Check(model);
        return new ModelDetails { Family = Model };
    }

    public IAsyncEnumerable<PullProgress> Pull(string model, CancellationToken cancellation) => throw Unable();

    public Task<RunnerEmbeddings> Embed(
        string model, IReadOnlyList<string> input, int? dimensions, CancellationToken cancellation) => throw Unable();

    public Task Load(string model, CancellationToken cancellation) => Check(model);

    public Task Unload(string model, CancellationToken cancellation) => Check(model);

    public async IAsyncEnumerable<RunnerEvent> Chat(
        RunnerChat chat, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await Check(chat.Model);
        var limit = chat.Options.MaxTokens ?? long.MaxValue;
        var started = time.GetTimestamp();
        var tokens = 0L;
        var cut = false;
        foreach (var token in BuiltInText.Tokens(chat))
        {
            cancellation.ThrowIfCancellationRequested();
            if (tokens == limit)
            {
                cut = true;
                break;
            }

            if (pace > TimeSpan.Zero && tokens > 0) await Task.Delay(pace, time, cancellation);
            yield return new RunnerEvent.Delta(token);
            tokens++;
        }

        var generation = time.GetElapsedTime(started);
        yield return new RunnerEvent.Finished(
            cut, new RunnerStatistics(TimeSpan.Zero, TimeSpan.Zero, tokens, generation));
    }

    private static RunnerException Unable() => new(
        RunnerFault.Failed, "The built-in text generator cannot do that; start Ollama on this Mac.");

    private static Task Check(string model) => model == Model
        ? Task.CompletedTask
        : Task.FromException(new RunnerException(
            RunnerFault.ModelNotFound, "The built-in runner has only the model \"built-in\"."));
}
