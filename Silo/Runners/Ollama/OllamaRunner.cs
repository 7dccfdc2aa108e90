using System.Runtime.CompilerServices;
using OllamaSharp;
using OllamaSharp.Models;
using OllamaSharp.Models.Chat;
using QuicPair.Protocol.Chat;

namespace QuicPair.Silo.Runners.Ollama;

/// <summary>Ollama, through OllamaSharp over <see cref="OllamaExchange"/>.</summary>
/// <param name="address">Where it listens; a path ends with a slash.</param>
/// <param name="network">How it is reached; null is the usual way.</param>
internal sealed class OllamaRunner(Uri address, SocketsHttpHandler? network = null) : IFindableRunner
{
    private readonly SocketsHttpHandler _network = network ?? RunnerNetwork.Open();

    private string _version = "";

    public string Description =>
        _version.Length > 0 ? $"Ollama {_version} at {address.Authority}" : $"Ollama at {address.Authority}";

    /// <summary>Whether Ollama answers; also learns its version.</summary>
    public async Task<bool> Probe(CancellationToken cancellation)
    {
        try
        {
            var (ollama, _) = Client(cancellation);
            _version = await Guard(() => ollama.GetVersionAsync(cancellation), cancellation);
            return true;
        }
        catch (RunnerException)
        {
            return false;
        }
    }

    public async Task<IReadOnlyList<ModelCard>> List(CancellationToken cancellation)
    {
        var (ollama, exchange) = Client(cancellation);
        var running = Running(cancellation);
        return await Guard<IReadOnlyList<ModelCard>>(
            async () =>
            {
                var models = OllamaReplies.Named(await ollama.ListLocalModelsAsync(cancellation));
                var loaded = (await running).Select(model => model.Name).ToHashSet(StringComparer.Ordinal);
                return RunnerNetwork.Mark(
                    address,
                    [
                        .. models.Select(model => OllamaReplies.Card(
                            model, exchange.Tags.GetValueOrDefault(model.Name), loaded.Contains(model.Name))),
                    ]);
            },
            cancellation);
    }

    public async Task<IReadOnlyList<Protocol.Chat.RunningModel>> Running(CancellationToken cancellation)
    {
        var (ollama, _) = Client(cancellation);
        return await Guard<IReadOnlyList<Protocol.Chat.RunningModel>>(
            async () =>
            {
                var models = await ollama.ListRunningModelsAsync(cancellation);
                return [.. OllamaReplies.Named(models).Select(OllamaReplies.Running)];
            },
            cancellation);
    }

    public async Task<ModelDetails> Show(string model, CancellationToken cancellation)
    {
        var (ollama, _) = Client(cancellation);
        var request = new ShowModelRequest { Model = model };
        return await Guard(
            async () => OllamaReplies.Details(await ollama.ShowModelAsync(request, cancellation)), cancellation);
    }

    public async IAsyncEnumerable<PullProgress> Pull(
        string model, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var (ollama, _) = Client(cancellation);
        var request = new PullModelRequest { Model = model, Stream = true };
        await using var steps = ollama.PullModelAsync(request, cancellation).GetAsyncEnumerator(cancellation);
        while (await Guard(() => steps.MoveNextAsync().AsTask(), cancellation))
        {
            if (steps.Current is { } step) yield return OllamaReplies.Progress(step);
        }

        cancellation.ThrowIfCancellationRequested();
    }

    public async Task<RunnerEmbeddings> Embed(
        string model, IReadOnlyList<string> input, int? dimensions, CancellationToken cancellation)
    {
        var (ollama, _) = Client(cancellation);
        var request = new EmbedRequest { Model = model, Input = [.. input], Dimensions = dimensions };
        return await Guard(
            async () =>
            {
                var reply = await ollama.EmbedAsync(request, cancellation);
                return RunnerEmbeddings.Of(reply.Embeddings ?? [], input.Count, reply.PromptEvalCount);
            },
            cancellation);
    }

    public Task Load(string model, CancellationToken cancellation) =>
        SetPresence(model, loaded: true, cancellation);

    public Task Unload(string model, CancellationToken cancellation) =>
        SetPresence(model, loaded: false, cancellation);

    public async IAsyncEnumerable<RunnerEvent> Chat(
        RunnerChat chat, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var (ollama, _) = Client(cancellation, chat.Heard);
        ChatDoneResponseStream? last = null;
        await using var chunks = ollama.ChatAsync(OllamaRequests.Chat(chat), cancellation)
            .GetAsyncEnumerator(cancellation);
        while (await Guard(() => chunks.MoveNextAsync().AsTask(), cancellation))
        {
            if (chunks.Current is not { } chunk) continue;
            if (chunk.Message?.Thinking is { Length: > 0 } thought)
                yield return new RunnerEvent.Thinking(thought);
            if (chunk.Message?.Content is { Length: > 0 } text) yield return new RunnerEvent.Delta(text);
            foreach (var call in OllamaReplies.ToolCalls(chunk)) yield return OllamaRequests.ToolCall(call);

            // The answer is complete, also when the connection stays open behind it.
            last = chunk as ChatDoneResponseStream;
            if (last is not null) break;
        }

        // OllamaSharp ends a cancelled stream silently.
        cancellation.ThrowIfCancellationRequested();
        yield return last is null
            ? throw new RunnerException(RunnerFault.Failed, "Ollama broke off the answer.")
            : OllamaRequests.Finished(last);
    }

    public void Dispose() => _network.Dispose();

    private async Task SetPresence(string model, bool loaded, CancellationToken cancellation)
    {
        var (ollama, _) = Client(cancellation);
        await Guard(
            async () =>
            {
                var request = OllamaRequests.Presence(model, loaded);
                await foreach (var _ in ollama.ChatAsync(request, cancellation))
                {
                }

                return true;
            },
            cancellation);
        cancellation.ThrowIfCancellationRequested();
    }

    // A client per request is cheap, and lets the handler know this request's cancellation.
    private (OllamaApiClient Ollama, OllamaExchange Exchange) Client(
        CancellationToken cancellation, Action? heard = null)
    {
        var exchange = new OllamaExchange(_network, cancellation) { Heard = heard };
        var http = new HttpClient(exchange, disposeHandler: false)
        {
            BaseAddress = address,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        return (new OllamaApiClient(http), exchange);
    }

    private static async Task<T> Guard<T>(Func<Task<T>> step, CancellationToken cancellation)
    {
        try
        {
            return await step();
        }
        catch (Exception problem) when (problem is not (OperationCanceledException or RunnerException))
        {
            cancellation.ThrowIfCancellationRequested();
            throw new RunnerException(RunnerFault.Failed, "Ollama's answer cannot be understood.", problem);
        }
    }
}
