using Microsoft.AspNetCore.Http;
using QuicPair.Cli.Proxy.Requests;
using QuicPair.Client;
using QuicPair.Protocol.Messages;

namespace QuicPair.Cli.Proxy.Ollama;

/// <summary><c>/api/chat</c> and <c>/api/generate</c>.</summary>
internal sealed class OllamaChats(BoundedMac mac, ModelNames names)
{
    // Ours: the program's next request on the same connection waits for it.
    private static readonly TimeSpan UnloadPatience = TimeSpan.FromSeconds(10);

    public async Task Chat(HttpContext http)
    {
        var body = await ApiBody.Read(http);
        await Answer(http, body, OllamaRequests.Chat(body), isChat: true);
    }

    public async Task Generate(HttpContext http)
    {
        var body = await ApiBody.Read(http);
        await Answer(http, body, OllamaRequests.Generate(body), isChat: false);
    }

    private async Task Answer(HttpContext http, ApiBody body, ChatMessage request, bool isChat)
    {
        var (streams, unloads) = (body.Flag("stream") ?? true, KeepAlive.IsNone(body));
        var asked = request.Model!;
        var exact = await names.Exact(asked, http.RequestAborted);
        var lines = new OllamaLines(asked, isChat);
        if (request.Turns is [])
        {
            await Presence(http, unloads, (asked, exact), lines);
            return;
        }

        await using var answer = await mac.Ask(
            request with { Model = exact }, () => OllamaErrors.NotFound(asked), http.RequestAborted);
        if (unloads) http.Response.OnCompleted(() => LetGo(exact));
        await (streams ? Stream(http, answer, lines) : Whole(http, answer, lines));
    }

    // A chat without messages loads the model, or unloads it when it is to be kept for no time.
    private async Task Presence(HttpContext http, bool unloads, (string Asked, string Exact) model, OllamaLines lines)
    {
        try
        {
            await Bring(model.Exact, unloads, http.RequestAborted);
        }
        catch (AnswerException failure) when (failure.Code == ErrorCode.ModelNotFound)
        {
            throw OllamaErrors.NotFound(model.Asked);
        }

        await ApiJson.Write(http, lines.Presence(unloads ? "unload" : "load"));
    }

    // The program has its answer, and this was a hint: a device that may not unload leaves the model where it is, and
    // so does a proxy that ends.
    private async Task LetGo(string model)
    {
        using var limit = new CancellationTokenSource(UnloadPatience);
        try
        {
            await Bring(model, unloads: true, limit.Token);
        }
        catch (Exception problem) when (
            problem is OperationCanceledException or ObjectDisposedException || Failure.Of(problem) is not null)
        {
            // The Mac keeps the model as long as it would anyway.
        }
    }

    private Task<bool> Bring(string model, bool unloads, CancellationToken cancellation) => mac.Use(
        async (live, token) =>
        {
            await (unloads ? live.Unload(model, token) : live.Load(model, token));
            return true;
        },
        cancellation);

    private static async Task Stream(HttpContext http, AnswerStart answer, OllamaLines lines)
    {
        http.Response.ContentType = "application/x-ndjson";
        await foreach (var message in answer.Entries())
        {
            await ApiJson.Stream(http, lines.Of(message), "", "\n");
        }
    }

    private static async Task Whole(HttpContext http, AnswerStart answer, OllamaLines lines)
    {
        var whole = await WholeAnswer.Read(answer);
        await ApiJson.Write(http, lines.End(whole.End, whole.Text, whole.Thinking, whole.Calls));
    }
}
