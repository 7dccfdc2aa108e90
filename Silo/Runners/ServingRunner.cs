using QuicPair.Protocol.Chat;
using QuicPair.Silo.Runners.Ollama;
using QuicPair.Silo.Runners.OpenAi;

namespace QuicPair.Silo.Runners;

/// <summary>
/// The runner that serves. <c>auto</c> takes the first that answers, Ollama before OpenAI-style servers, else the
/// built-in one, and looks again, so that a runner started later is found. Once found it stays: a chat must not change
/// its author because a runner fell over. One that has been away for a while gives its place to another that answers.
/// </summary>
internal sealed class ServingRunner : IModelRunner, IDisposable
{
    private const long NotAway = -1;

    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(2);

    // Ours: a runner that is restarted or updated is back sooner.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    // LM Studio, llama-server and MLX, vLLM.
    private static readonly Uri[] UsualPlaces =
        [new("http://127.0.0.1:1234"), new("http://127.0.0.1:8080"), new("http://127.0.0.1:8000")];

    private readonly TimeProvider _time;
    private readonly IFindableRunner[] _candidates;
    private volatile IModelRunner _serving;
    private volatile bool _isFound;
    private long _probedAt;
    private long _awaySince = NotAway;

    public ServingRunner(RunnerOptions options, Uri ollama, TimeProvider time)
        : this(options, ollama, UsualPlaces, time)
    {
    }

    /// <param name="options">Which kind is wanted.</param>
    /// <param name="ollama">Where Ollama listens.</param>
    /// <param name="usual">Where OpenAI-style servers are looked for when the options name no place, in order.</param>
    /// <param name="time">The clock.</param>
    internal ServingRunner(RunnerOptions options, Uri ollama, IReadOnlyList<Uri> usual, TimeProvider time)
    {
        _time = time;
        _probedAt = time.GetTimestamp() - (long)(ProbeInterval.TotalSeconds * time.TimestampFrequency);
        IReadOnlyList<Uri> places = options.Url.Length > 0 ? [new Uri(options.Url)] : usual;
        _candidates = options.Kind switch
        {
            "built-in" => [],
            "ollama" => [new OllamaRunner(ollama)],
            "openai" => [.. OpenAiStyle(places, options, time)],
            _ => [new OllamaRunner(ollama), .. OpenAiStyle(places, options, time)],
        };
        _serving = options.Kind is "ollama" or "openai"
            ? _candidates[0]
            : new BuiltInRunner(TimeSpan.FromMilliseconds(options.BuiltInPaceMilliseconds), time);
    }

    public string Description => _serving.Description;

    /// <summary>Whether the built-in runner serves.</summary>
    public bool IsBuiltIn => _serving is BuiltInRunner;

    /// <summary>Whether the runner that serves answers; no other one is looked for.</summary>
    public async Task<bool> Answers(CancellationToken cancellation) =>
        _serving is not IFindableRunner serving || await serving.Probe(cancellation);

    /// <summary>Takes the first runner that answers; when none does, nothing changes.</summary>
    public async Task Probe(CancellationToken cancellation)
    {
        _probedAt = _time.GetTimestamp();
        foreach (var candidate in _candidates)
        {
            if (!await Answers(candidate, cancellation)) continue;
            _serving = candidate;
            _isFound = true;
            _awaySince = NotAway;
            return;
        }
    }

    public async Task<IReadOnlyList<ModelCard>> List(CancellationToken cancellation)
    {
        await LookAgain(cancellation);
        try
        {
            var models = await _serving.List(cancellation);
            _awaySince = NotAway;
            return models;
        }
        catch (RunnerException problem) when (problem.Fault == RunnerFault.Unreachable)
        {
            if (_awaySince == NotAway) _awaySince = _time.GetTimestamp();
            throw;
        }
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

    private static IEnumerable<OpenAiRunner> OpenAiStyle(
        IReadOnlyList<Uri> places, RunnerOptions options, TimeProvider time) =>
        places.Select(place => new OpenAiRunner(place, options.ApiKey, time));

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
        var isAway = _awaySince != NotAway && _time.GetElapsedTime(_awaySince) >= Patience;
        if ((_isFound && !isAway) || _time.GetElapsedTime(_probedAt) < ProbeInterval) return;
        if (isAway && _serving is IFindableRunner serving && await Answers(serving, cancellation))
        {
            _probedAt = _time.GetTimestamp();
            _awaySince = NotAway;
            return;
        }

        await Probe(cancellation);
    }
}
