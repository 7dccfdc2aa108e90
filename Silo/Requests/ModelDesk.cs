using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Messages;
using QuicPair.Protocol.Messages.Models;
using QuicPair.Silo.Answers;
using QuicPair.Silo.Keys;
using QuicPair.Silo.Runners;

namespace QuicPair.Silo.Requests;

/// <summary>Answers requests about models (docs/protocol.md, 7.1); most of what is allowed is decided before.</summary>
internal sealed class ModelDesk
{
    // From the protocol.
    private const int MaxStatus = 256;
    private const int MaxReplyBytes = 1024 * 1024;
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(250);

    // Ours.
    private const int ReplyOverhead = 4096;
    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(30);

    private readonly IModelRunner _runner;
    private readonly ModelCatalog _catalog;
    private readonly TimeProvider _time;
    private readonly PullRules _rules;
    private readonly EmbedTurns _turns;
    private readonly TimeSpan _slow;
    private readonly TimeSpan _silence;

    public ModelDesk(IModelRunner runner, ModelCatalog catalog, RunnerOptions options, TimeProvider time)
    {
        _runner = runner;
        _catalog = catalog;
        _time = time;
        _rules = new PullRules(options.Pull);
        _turns = new EmbedTurns(options.Parallel);
        _slow = TimeSpan.FromSeconds(options.FirstTokenSeconds);
        _silence = TimeSpan.FromSeconds(options.SilenceSeconds);
    }

    /// <summary>The reply to a request, or null when it is not about models.</summary>
    /// <param name="device">The device that asks.</param>
    /// <param name="request">The request.</param>
    /// <param name="rights">What the device may do.</param>
    /// <param name="say">Says something before the reply.</param>
    /// <param name="embedding">Hears that the runner gets texts to embed.</param>
    public Func<CancellationToken, Task<Message>>? Work(
        string device, Message request, DeviceRights rights, Action<Message> say, Action embedding) =>
        request switch
        {
            ModelsRequest => stop => InTime(Quick, token => List(rights, token), stop),
            RunningRequest => stop => InTime(Quick, token => Running(rights, token), stop),
            ShowRequest show => stop => InTime(Quick, token => Show(show, rights, token), stop),
            LoadRequest load => stop => InTime(_slow, token => Load(load, rights, token), stop),
            UnloadRequest unload => stop => InTime(_slow, token => Unload(unload, rights, token), stop),
            EmbedRequest embed =>
                stop => InTime(_slow, token => Embed(device, embed, rights, embedding, token), stop),
            PullRequest pull => stop => Pull(pull, say, stop),
            _ => null,
        };

    private async Task<Message> InTime(
        TimeSpan patience, Func<CancellationToken, Task<Message>> work, CancellationToken stop)
    {
        using var silence = new SilenceWatch(patience, _time, stop);
        try
        {
            return await work(silence.Token);
        }
        catch (OperationCanceledException) when (silence.HasFired)
        {
            throw Silent();
        }
    }

    private async Task<Message> List(DeviceRights rights, CancellationToken cancellation)
    {
        var cards = _catalog.Usable(await _catalog.Refresh(cancellation), rights.MayUse);
        return new ModelsReply
        {
            Models =
            [
                .. cards.Select(card => new ModelDescription
                {
                    Name = card.Name,
                    Size = card.SizeBytes,
                    Loaded = card.Loaded,
                    Remote = card.Remote,
                    Capabilities = card.Capabilities,
                    Digest = card.Digest,
                    Modified = card.Modified is { } time && time > DateTimeOffset.UnixEpoch
                        ? time.ToUnixTimeSeconds()
                        : null,
                    Family = card.Family,
                    ParameterSize = card.ParameterSize,
                    Quantization = card.Quantization,
                    RemoteHost = card.RemoteHost,
                    RemoteModel = card.RemoteModel,
                }),
            ],
        };
    }

    private async Task<Message> Running(DeviceRights rights, CancellationToken cancellation)
    {
        var models = await _runner.Running(cancellation);
        return new RunningReply { Models = [.. models.Where(model => rights.MayUse(model.Name))] };
    }

    private async Task<Message> Show(ShowRequest request, DeviceRights rights, CancellationToken cancellation)
    {
        var card = await _catalog.Find(request.Model, rights.MayUse, cancellation);
        return new ShowReply
        {
            Model = card.Name,
            Size = card.SizeBytes,
            Remote = card.Remote,
            Capabilities = card.Capabilities,
            Details = await _runner.Show(card.Name, cancellation),
        };
    }

    private async Task<Message> Load(LoadRequest request, DeviceRights rights, CancellationToken cancellation)
    {
        var card = await _catalog.Find(request.Model ?? "", rights.MayUse, cancellation);

        // A model that runs in a cloud has nothing to load, and hears of the phone only when it is asked something.
        if (!card.Remote) await _runner.Load(card.Name, cancellation);
        return new LoadedMessage { Model = card.Name };
    }

    private async Task<Message> Unload(UnloadRequest request, DeviceRights rights, CancellationToken cancellation)
    {
        var card = await _catalog.Find(request.Model, rights.MayUse, cancellation);
        await _runner.Unload(card.Name, cancellation);
        return new UnloadedMessage { Model = card.Name };
    }

    private async Task<Message> Embed(
        string device, EmbedRequest request, DeviceRights rights, Action embedding, CancellationToken cancellation)
    {
        var card = await _catalog.Find(request.Model, rights.MayUse, cancellation);
        var embeddings = await _turns.Take(
            device,
            () =>
            {
                embedding();
                return _runner.Embed(card.Name, request.Input, (int?)request.Dimensions, cancellation);
            },
            cancellation);
        var bytes = embeddings.Vectors.Sum(vector => (vector.Length * sizeof(float) * 4L / 3) + 8);
        return bytes + ReplyOverhead > MaxReplyBytes
            ? throw new RunnerException(RunnerFault.TooLarge, "The embeddings do not fit into one message.")
            : new EmbeddingsReply
            {
                Model = card.Name,
                Embeddings = embeddings.Vectors,
                Tokens = embeddings.Tokens,
            };
    }

    private async Task<Message> Pull(PullRequest request, Action<Message> say, CancellationToken stop)
    {
        if (!_rules.Allows(request.Model))
        {
            throw new RunnerException(
                RunnerFault.NotAllowed, "The owner's list of models that may be fetched does not have that name.");
        }

        using var silence = new SilenceWatch(_silence, _time, stop);
        try
        {
            long? said = null;
            await foreach (var step in _runner.Pull(request.Model, silence.Token))
            {
                silence.Heard(_silence);
                if (said is { } before && _time.GetElapsedTime(before) < ProgressInterval) continue;
                said = _time.GetTimestamp();
                say(new ProgressMessage
                {
                    Id = request.Id,
                    Status = step.Status.Length > MaxStatus ? "" : step.Status,
                    Completed = step.Completed,
                    Total = step.Total,
                });
            }
        }
        catch (OperationCanceledException) when (silence.HasFired)
        {
            throw Silent();
        }

        await _catalog.Refresh(stop);
        return new PulledMessage { Model = request.Model };
    }

    private static RunnerException Silent() => new(RunnerFault.Failed, "The model runner fell silent.");
}
