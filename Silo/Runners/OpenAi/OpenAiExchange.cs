using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using QuicPair.Silo.Runners.Ollama;

namespace QuicPair.Silo.Runners.OpenAi;

/// <summary>
/// Sits below the library for one request: adds the fields that servers on a Mac know and the library does not, and
/// keeps what the library drops.
/// </summary>
internal sealed class OpenAiExchange(
    HttpMessageHandler network, string runner, RunnerChat? chat, CancellationToken call) : DelegatingHandler(network)
{
    private const int MaxErrorBytes = 64 * 1024;
    private const int MaxReplyBytes = 16 * 1024 * 1024;

    public OpenAiExtras Extras { get; } = new();

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (chat is not null) await AddFields(request, chat);
        HttpResponseMessage response;
        try
        {
            response = await base.SendAsync(request, call);
        }
        catch (HttpRequestException problem) when (
            problem.HttpRequestError is HttpRequestError.ConnectionError
            or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError)
        {
            throw Unreachable(request, problem);
        }
        catch (OperationCanceledException problem) when (!call.IsCancellationRequested)
        {
            // A connection that is not made in time looks as if somebody had cancelled it.
            throw Unreachable(request, problem);
        }
        catch (HttpRequestException problem)
        {
            throw BrokenOff(problem);
        }

        if (!response.IsSuccessStatusCode)
        {
            using (response) throw await Refusal(response);
        }

        if (chat is null) await Load(response);
        else await WatchLines(response, chat.Heard);
        return response;
    }

    private static async Task AddFields(HttpRequestMessage request, RunnerChat chat)
    {
        if (request.Content is not { } content) return;
        if (JsonNode.Parse(await content.ReadAsByteArrayAsync()) is not JsonObject body) return;
        var options = chat.Options;
        if (body.Remove("max_completion_tokens")) body["max_tokens"] = options.MaxTokens;
        if (options.TopK is { } topK) body["top_k"] = topK;
        if (options.MinP is { } minP) body["min_p"] = minP;
        if (options.RepeatPenalty is { } penalty) body["repeat_penalty"] = penalty;
        if (chat.Think is "true" or "false")
        {
            body["chat_template_kwargs"] = new JsonObject { ["enable_thinking"] = chat.Think == "true" };
        }

        request.Content = new StringContent(body.ToJsonString(), null, "application/json");
    }

    private async Task<RunnerException> Refusal(HttpResponseMessage response)
    {
        string? said = null;
        try
        {
            await response.Content.LoadIntoBufferAsync(MaxErrorBytes, call);
            using var body = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(call));
            said = OpenAiChunk.ErrorOf(body.RootElement);
        }
        catch (Exception problem) when (problem
            is HttpRequestException or IOException or JsonException or InvalidOperationException)
        {
            // A refusal without a readable reason is still a refusal.
        }

        var fault = response.StatusCode switch
        {
            HttpStatusCode.NotFound => RunnerFault.ModelNotFound,
            HttpStatusCode.BadRequest => RunnerFault.BadRequest,
            _ => RunnerFault.Failed,
        };
        return new RunnerException(
            fault, OllamaLine.Sentence(said ?? "", runner) ?? $"{runner} answered {(int)response.StatusCode}.");
    }

    private async Task WatchLines(HttpResponseMessage response, Action? heard)
    {
        var inner = await response.Content.ReadAsStreamAsync(call);
        var watched = new StreamContent(new OpenAiLineStream(inner, Extras, runner, call) { Heard = heard });
        foreach (var (name, values) in response.Content.Headers)
        {
            watched.Headers.TryAddWithoutValidation(name, values);
        }

        watched.Headers.ContentLength = null;
        response.Content = watched;
    }

    private async Task Load(HttpResponseMessage response)
    {
        try
        {
            await response.Content.LoadIntoBufferAsync(MaxReplyBytes, call);
        }
        catch (Exception problem) when (problem is HttpRequestException or IOException)
        {
            call.ThrowIfCancellationRequested();
            throw BrokenOff(problem);
        }
    }

    private RunnerException Unreachable(HttpRequestMessage request, Exception cause) => new(
        RunnerFault.Unreachable, $"{runner} does not answer at {request.RequestUri?.Authority}.", cause);

    private RunnerException BrokenOff(Exception cause) =>
        new(RunnerFault.Failed, $"{runner} broke off the answer.", cause);
}
