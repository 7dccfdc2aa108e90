using QuicPair.Silo.Runners.Ollama;

namespace QuicPair.Silo.Runners;

/// <summary>
/// The runner that serves. <c>auto</c> takes Ollama when it answers, else the built-in one, and looks again,
/// so that an Ollama started later is found. Once found it stays: a chat must not change its author because
/// Ollama fell over.
/// </summary>
internal sealed class ServingRunner : IModelRunner, IDisposable
{
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(2);

    private readonly TimeProvider _time;
    private readonly OllamaRunner? _ollama;
    private volatile IModelRunner _serving;
    private long _probedAt;

    public ServingRunner(RunnerOptions options, Uri ollama, TimeProvider time)
    {
        _time = time;
        _probedAt = time.GetTimestamp() - (long)(ProbeInterval.TotalSeconds * time.TimestampFrequency);
        var builtIn = new BuiltInRunner(TimeSpan.FromMilliseconds(options.BuiltInPaceMilliseconds), time);
        _ollama = options.Kind == "built-in" ? null : new OllamaRunner(ollama);
        _serving = options.Kind == "ollama" ? _ollama! : builtIn;
    }

    public string Description => _serving.Description;

    /// <summary>Whether the built-in runner serves.</summary>
    public bool IsBuiltIn => _serving is BuiltInRunner;

    /// <summary>Looks for Ollama when it does not serve yet, or learns its version.</summary>
    public async Task Probe(CancellationToken cancellation)
    {
        if (_ollama is null) return;
        _probedAt = _time.GetTimestamp();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var timer = _time.CreateTimer(_ => limit.Cancel(), null, ProbeTimeout,
            Timeout.InfiniteTimeSpan);
        try
        {
            if (await _ollama.Probe(limit.Token)) _serving = _ollama;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Too slow to count as an answer.
        }
    }

    public async Task<IReadOnlyList<ModelCard>> List(CancellationToken cancellation)
    {
        await LookAgain(cancellation);
        return await _serving.List(cancellation);
    }

    public Task<IReadOnlyList<string>> Running(CancellationToken cancellation) =>
        _serving.Running(cancellation);

    public Task Load(string model, CancellationToken cancellation) => _serving.Load(model, cancellation);

    public Task Unload(string model, CancellationToken cancellation) => _serving.Unload(model, cancellation);

    public IAsyncEnumerable<RunnerEvent> Chat(RunnerChat chat, CancellationToken cancellation) =>
        _serving.Chat(chat, cancellation);

    public void Dispose() => _ollama?.Dispose();

    private async Task LookAgain(CancellationToken cancellation)
    {
        if (_ollama is null || !IsBuiltIn || _time.GetElapsedTime(_probedAt) < ProbeInterval) return;
        await Probe(cancellation);
    }
}
