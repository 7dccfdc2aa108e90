using System.Net;
using System.Text.Json;

namespace QuicPair.Silo.Runners.Ollama;

/// <summary>
/// Sits below OllamaSharp for one request and keeps what the library drops: the body of an error answer, an
/// error line in the middle of a stream, the end of a stream that never finished, the cancelling of a silent
/// read, and the fields of the model list that the library does not have.
/// </summary>
internal sealed class OllamaExchange(
    HttpMessageHandler network, CancellationToken call) : DelegatingHandler(network)
{
    private const int MaxErrorBytes = 64 * 1024;
    private const int MaxListBytes = 8 * 1024 * 1024;

    /// <summary>The model list's extra fields, after it was asked for.</summary>
    public IReadOnlyDictionary<string, OllamaTag> Tags { get; private set; } =
        new Dictionary<string, OllamaTag>();

    /// <summary>Called for each line of a stream.</summary>
    public Action? Heard { get; init; }

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage response;
        try
        {
            response = await base.SendAsync(request, cancellationToken);
        }
        catch (HttpRequestException problem) when (
            problem.HttpRequestError is HttpRequestError.ConnectionError
            or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError)
        {
            throw Unreachable(request, problem);
        }
        catch (OperationCanceledException problem) when (
            !call.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // A connection that is not made in time looks as if somebody had cancelled it.
            throw Unreachable(request, problem);
        }
        catch (HttpRequestException problem)
        {
            throw new RunnerException(RunnerFault.Failed, "Ollama broke off the answer.", problem);
        }

        if (!response.IsSuccessStatusCode)
        {
            using (response)
            {
                throw await Refusal(response, call);
            }
        }

        if (Asks(request, "/api/chat") || Asks(request, "/api/pull")) await WatchLines(response);
        else if (Asks(request, "/api/tags")) await ReadTags(response);
        else await Load(response);
        return response;
    }

    /// <summary>Whether it asks for that; a path of the configured address stands before it.</summary>
    private static bool Asks(HttpRequestMessage request, string path) =>
        request.RequestUri?.AbsolutePath.EndsWith(path, StringComparison.Ordinal) ?? false;

    private static RunnerException Unreachable(HttpRequestMessage request, Exception cause) => new(
        RunnerFault.Unreachable, $"Ollama does not answer at {request.RequestUri?.Authority}.", cause);

    private static async Task<RunnerException> Refusal(
        HttpResponseMessage response, CancellationToken cancellation)
    {
        var said = "";
        try
        {
            await response.Content.LoadIntoBufferAsync(MaxErrorBytes, cancellation);
            said = OllamaLine.Read(await response.Content.ReadAsByteArrayAsync(cancellation)).Error ?? "";
        }
        catch (Exception problem) when (problem
            is HttpRequestException or IOException or JsonException or InvalidOperationException)
        {
            // A refusal without a readable reason is still a refusal.
        }

        var sentence = OllamaLine.Sentence(said);
        return response.StatusCode switch
        {
            HttpStatusCode.NotFound => new RunnerException(
                RunnerFault.ModelNotFound, sentence ?? "Ollama does not have this model."),
            HttpStatusCode.BadRequest => new RunnerException(
                RunnerFault.BadRequest, sentence ?? "Ollama does not understand the request."),
            HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests => new RunnerException(
                RunnerFault.Failed, sentence ?? "Ollama is too busy."),
            var status => new RunnerException(RunnerFault.Failed,
                sentence ?? $"Ollama answered {(int)status}."),
        };
    }

    private async Task WatchLines(HttpResponseMessage response)
    {
        var lines = new OllamaLineStream(await response.Content.ReadAsStreamAsync(call), call) { Heard = Heard };
        var watched = new StreamContent(lines);
        foreach (var (name, values) in response.Content.Headers)
            watched.Headers.TryAddWithoutValidation(name, values);
        watched.Headers.ContentLength = null;
        response.Content = watched;
    }

    private async Task Load(HttpResponseMessage response)
    {
        try
        {
            await response.Content.LoadIntoBufferAsync(MaxListBytes, call);
        }
        catch (Exception problem) when (problem is HttpRequestException or IOException)
        {
            call.ThrowIfCancellationRequested();
            throw new RunnerException(RunnerFault.Failed, "Ollama broke off the answer.", problem);
        }
    }

    private async Task ReadTags(HttpResponseMessage response)
    {
        await Load(response);
        try
        {
            Tags = OllamaTag.ReadList(await response.Content.ReadAsByteArrayAsync(call));
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            throw new RunnerException(RunnerFault.Failed, "Ollama's list of models cannot be read.", problem);
        }
    }
}
