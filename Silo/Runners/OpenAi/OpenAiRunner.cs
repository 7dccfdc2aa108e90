using System.ClientModel;
using System.ClientModel.Primitives;
using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.AI;
using OpenAI;
using QuicPair.Protocol.Chat;

namespace QuicPair.Silo.Runners.OpenAi;

/// <summary>
/// A server that speaks OpenAI's API, such as LM Studio, llama-server, MLX or vLLM, through Microsoft.Extensions.AI
/// over <see cref="OpenAiExchange"/>. It decides itself which models are in memory.
/// </summary>
/// <param name="address">Where it listens, with or without <c>/v1</c>.</param>
/// <param name="apiKey">The key that it wants; empty is none.</param>
/// <param name="time">The clock.</param>
/// <param name="network">How it is reached; null is the usual way.</param>
internal sealed class OpenAiRunner(
    Uri address, string apiKey, TimeProvider time, SocketsHttpHandler? network = null) : IFindableRunner
{
    private static readonly JsonSerializerOptions Arguments = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly SocketsHttpHandler _network = network ?? RunnerNetwork.Open();
    private readonly Uri _api = Api(address);
    private string _server = "the OpenAI-style server";

    public string Description => $"{_server} at {address.Authority}";

    public async Task<bool> Probe(CancellationToken cancellation)
    {
        try
        {
            await List(cancellation);
            return true;
        }
        catch (RunnerException)
        {
            return false;
        }
    }

    public async Task<IReadOnlyList<ModelCard>> List(CancellationToken cancellation)
    {
        var json = await ModelList(cancellation);
        (var models, _server) = Understand(() => OpenAiModels.Read(json));
        return RunnerNetwork.Mark(address, models);
    }

    public async Task<IReadOnlyList<RunningModel>> Running(CancellationToken cancellation) =>
        [.. (await List(cancellation)).Select(model => new RunningModel { Name = model.Name })];

    public async Task<ModelDetails> Show(string model, CancellationToken cancellation)
    {
        await Load(model, cancellation);
        var json = await ModelList(cancellation);
        var (context, embedding) = Understand(() => OpenAiModels.Lengths(json, model));
        return new ModelDetails { ContextLength = context, EmbeddingLength = embedding };
    }

    /// <summary>The server loads a model when it is asked; all that can be said is whether it has it.</summary>
    public async Task Load(string model, CancellationToken cancellation)
    {
        var models = await List(cancellation);
        if (models.Any(card => card.Name == model)) return;
        throw new RunnerException(RunnerFault.ModelNotFound, "This Mac does not have that model.");
    }

    public Task Unload(string model, CancellationToken cancellation) => throw new RunnerException(
        RunnerFault.Failed, $"{Description} decides itself which models are in memory.");

    public IAsyncEnumerable<PullProgress> Pull(string model, CancellationToken cancellation) =>
        throw new RunnerException(RunnerFault.Failed, $"{Description} cannot fetch models.");

    public async Task<RunnerEmbeddings> Embed(
        string model, IReadOnlyList<string> input, int? dimensions, CancellationToken cancellation)
    {
        var (client, _) = Client(null, cancellation);
        using var generator = client.GetEmbeddingClient(model).AsIEmbeddingGenerator(dimensions);
        var reply = await Guard(() => generator.GenerateAsync(input, null, cancellation), cancellation);
        return RunnerEmbeddings.Of(
            [.. reply.Select(embedding => embedding.Vector.ToArray())], input.Count, reply.Usage?.InputTokenCount);
    }

    public async IAsyncEnumerable<RunnerEvent> Chat(
        RunnerChat chat, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var (client, exchange) = Client(chat, cancellation);
        using var talk = client.GetChatClient(chat.Model).AsIChatClient();
        var tally = new OpenAiTally(time);
        await using var updates = talk
            .GetStreamingResponseAsync(OpenAiRequests.Messages(chat), OpenAiRequests.Options(chat), cancellation)
            .GetAsyncEnumerator(cancellation);
        while (await Guard(() => updates.MoveNextAsync().AsTask(), cancellation))
        {
            while (exchange.Extras.Reasoning.TryDequeue(out var thought))
            {
                tally.Token();
                yield return new RunnerEvent.Thinking(thought);
            }

            tally.Finish(updates.Current.FinishReason);
            foreach (var content in updates.Current.Contents)
            {
                if (Event(content, tally) is { } step) yield return step;
            }
        }

        cancellation.ThrowIfCancellationRequested();
        yield return tally.Finished(exchange.Extras.Timings)
            ?? throw new RunnerException(RunnerFault.Failed, $"{_server} broke off the answer.");
    }

    public void Dispose() => _network.Dispose();

    private static RunnerEvent? Event(AIContent content, OpenAiTally tally)
    {
        switch (content)
        {
            case TextReasoningContent { Text.Length: > 0 } thought:
                tally.Token();
                return new RunnerEvent.Thinking(thought.Text);
            case TextContent { Text.Length: > 0 } text:
                tally.Token();
                return new RunnerEvent.Delta(text.Text);
            case FunctionCallContent { Exception: not null }:
                throw new RunnerException(
                    RunnerFault.Failed, "The model asked for a tool with arguments that are no JSON object.");
            case FunctionCallContent call:
                tally.Token();
                var arguments = call.Arguments ?? new Dictionary<string, object?>();
                return new RunnerEvent.ToolCall(call.Name, JsonSerializer.Serialize(arguments, Arguments));
            case UsageContent usage:
                tally.Usage = usage.Details;
                return null;
            default:
                return null;
        }
    }

    private static Uri Api(Uri address)
    {
        var text = address.ToString().TrimEnd('/');
        return new Uri(text.EndsWith("/v1", StringComparison.Ordinal) ? text + "/" : text + "/v1/");
    }

    private async Task<byte[]> ModelList(CancellationToken cancellation)
    {
        var exchange = new OpenAiExchange(_network, _server, null, cancellation);
        using var http = new HttpClient(exchange, disposeHandler: false)
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_api, "models"));
        if (apiKey.Length > 0) request.Headers.Authorization = new("Bearer", apiKey);
        using var response = await Guard(() => http.SendAsync(request, cancellation), cancellation);
        return await response.Content.ReadAsByteArrayAsync(cancellation);
    }

    // A client per request is cheap, and lets the handler know this request's cancellation.
    private (OpenAIClient Client, OpenAiExchange Exchange) Client(RunnerChat? chat, CancellationToken cancellation)
    {
        var exchange = new OpenAiExchange(_network, _server, chat, cancellation);
        var http = new HttpClient(exchange, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
        var options = new OpenAIClientOptions
        {
            Endpoint = _api,
            Transport = new HttpClientPipelineTransport(http),
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
            NetworkTimeout = Timeout.InfiniteTimeSpan,
        };
        return (new OpenAIClient(new ApiKeyCredential(apiKey.Length > 0 ? apiKey : "none"), options), exchange);
    }

    private T Understand<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            throw new RunnerException(RunnerFault.Failed, $"The model list of {_server} cannot be read.", problem);
        }
    }

    private async Task<T> Guard<T>(Func<Task<T>> step, CancellationToken cancellation)
    {
        try
        {
            return await step();
        }
        catch (Exception problem) when (problem is not (OperationCanceledException or RunnerException))
        {
            cancellation.ThrowIfCancellationRequested();
            throw new RunnerException(RunnerFault.Failed, $"The answer of {_server} cannot be understood.", problem);
        }
    }
}
