using QuicPair.Protocol.Chat;

namespace QuicPair.Silo.Runners;

/// <summary>A program that runs language models. Every failure is a <see cref="RunnerException"/>.</summary>
internal interface IModelRunner
{
    /// <summary>Which runner this is, for people: <c>Ollama 0.12.3 at 127.0.0.1:11434</c>.</summary>
    string Description { get; }

    /// <summary>The models that can be asked.</summary>
    Task<IReadOnlyList<ModelCard>> List(CancellationToken cancellation);

    /// <summary>The models that are in memory.</summary>
    Task<IReadOnlyList<RunningModel>> Running(CancellationToken cancellation);

    /// <summary>What is known of a model beyond its card.</summary>
    Task<ModelDetails> Show(string model, CancellationToken cancellation);

    /// <summary>Brings a model into memory.</summary>
    Task Load(string model, CancellationToken cancellation);

    /// <summary>Takes a model out of memory.</summary>
    Task Unload(string model, CancellationToken cancellation);

    /// <summary>Fetches a model; ends when it is there.</summary>
    IAsyncEnumerable<PullProgress> Pull(string model, CancellationToken cancellation);

    /// <summary>One embedding for each text.</summary>
    /// <param name="model">The exact name of the model.</param>
    /// <param name="input">The texts.</param>
    /// <param name="dimensions">How many numbers each has; null is the model's own.</param>
    /// <param name="cancellation">Gives up.</param>
    Task<RunnerEmbeddings> Embed(
        string model, IReadOnlyList<string> input, int? dimensions, CancellationToken cancellation);

    /// <summary>
    /// Answers a chat. The stream ends with <see cref="RunnerEvent.Finished"/> or throws: <see
    /// cref="RunnerException"/>, or <see cref="OperationCanceledException"/> when cancelled, also when the
    /// runner is silent.
    /// </summary>
    IAsyncEnumerable<RunnerEvent> Chat(RunnerChat chat, CancellationToken cancellation);
}
