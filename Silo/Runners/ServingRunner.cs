using QuicPair.Protocol.Chat;
using QuicPair.Silo.Runners.Ollama;
using QuicPair.Silo.Runners.OpenAi;

namespace QuicPair.Silo.Runners;

/// <summary>
/// The runner that serves. <c>auto</c> takes the first that answers, Ollama before OpenAI-style servers, else the
/// built-in one, and looks again, so that a runner started later is found. Once found it stays: a chat must not change
/// its author because a runner fell over.
/// </summary>
internal sealed class ServingRunner : IModelRunner, IDisposable
{
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(2);

    // LM Studio, llama-server and MLX, vLLM.
    private static readonly int[] UsualPorts = [1234, 8080, 8000];

    private readonly TimeProvider _time;
    private readonly IFindableRunner[] _candidates;
    private volatile IModelRunner _serving;
    private long _probedAt;

    public ServingRunner(RunnerOptions options, Uri ollama, TimeProvider time)
    {
        _time = time;
        _probedAt = time.GetTimestamp() - (long)(ProbeInterval.TotalSeconds * time.TimestampFrequency);
        _candidates = options.Kind switch
        {
            "built-in" => [],
            "ollama" => [new OllamaRunner(ollama)],
            "openai" => [.. OpenAiStyle(options, time)],
            _ => [new OllamaRunner(ollama), .. OpenAiStyle(options, time)],
        };
        _serving = options.Kind is "ollama" or "openai"
            ? _candidates[0]
            : new BuiltInRunner(TimeSpan.FromMilliseconds(options.BuiltInPaceMilliseconds), time);
    }

    public string Description => _serving.Description;

    /// <summary>Whether the built-in runner serves.</summary>
    public bool IsBuiltIn => _serving is BuiltInRunner;

    /// <summary>Looks for a runner when none serves yet, or learns its version.</summary>
    public async Task Probe(CancellationToken cancellation)
    {
        _probedAt = _time.GetTimestamp();
        foreach (var candidate in _candidates)
        {
            if (!await Answers(candidate, cancellation)) continue;
            _serving = candidate;
            return;
        }
    }

    public async Task<IReadOnlyList<ModelCard>> List(CancellationToken cancellation)
    {
        await LookAgain(cancellation);
        return await _serving.List(cancellation);
    }

    public Task<IReadOnlyList<RunningModel>> Running(CancellationToken cancellation) =>
        _serving.Running(cancellation);

    public Task<ModelDetails> Show(string model, CancellationToken cancellation) =>
        _serving.Show(model, cancellation);

    public Task Load(string model, CancellationToken cancellation) => _serving.Load(model, cancellation);

    public Task Unload(string model, CancellationToken cancellation) => _serving.Unload(model, cancellation);

    public IAsyncEnumerable<PullProgress> Pull(string model, CancellationToken cancellation) =>
        _serving.Pull(model, cancellation);

    public Task<RunnerEmbeddings> Embed(
        string model, IReadOnlyList<string> input, int? dimensions, CancellationToken cancellation) =>
        _serving.Embed(model, input, dimensions, cancellation);

    public IAsyncEnumerable<RunnerEvent> Chat(RunnerChat chat, CancellationToken cancellation) =>
        _serving.Chat(chat, cancellation);

    public void Dispose()
    {
        foreach (var candidate in _candidates) candidate.Dispose();
    }

    private static IEnumerable<OpenAiRunner> OpenAiStyle(RunnerOptions options, TimeProvider time) =>
        (options.Url.Length > 0
            ? [new Uri(options.Url)]
            : UsualPorts.Select(port => new Uri($"http://127.0.0.1:{port}")))
        .Select(address => new OpenAiRunner(address, options.ApiKey, time));

    private async Task<bool> Answers(IFindableRunner candidate, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var timer = _time.CreateTimer(_ => limit.Cancel(), null, ProbeTimeout, Timeout.InfiniteTimeSpan);
        try
        {
            return await candidate.Probe(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Too slow to count as an answer.
            return false;
        }
    }

    private async Task LookAgain(CancellationToken cancellation)
    {
        if (!IsBuiltIn || _time.GetElapsedTime(_probedAt) < ProbeInterval) return;
        await Probe(cancellation);
    }
}
