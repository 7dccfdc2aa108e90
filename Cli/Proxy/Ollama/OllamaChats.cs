using Microsoft.AspNetCore.Http;
using QuicPair.Cli.Proxy.Requests;
using QuicPair.Client;
using QuicPair.Protocol.Messages;

namespace QuicPair.Cli.Proxy.Ollama;

/// <summary><c>/api/chat</c> and <c>/api/generate</c>.</summary>
internal sealed class OllamaChats(MacConnection mac, ModelNames names)
{
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
        var asked = request.Model!;
        request = request with { Model = await names.Exact(asked, http.RequestAborted) };
        var lines = new OllamaLines(asked, isChat);
        if (request.Turns is [])
        {
            await Presence(http, body, (asked, request.Model), lines);
            return;
        }

        await using var answer = await AnswerStart.Ask(
            mac,
            request,
            () => OllamaErrors.NotFound(asked),
            http.RequestAborted);
        await (body.Flag("stream") ?? true ? Stream(http, answer, lines) : Whole(http, answer, lines));
    }

    // A chat without messages loads the model, or unloads it when it is to be kept for no time.
    private async Task Presence(HttpContext http, ApiBody body, (string Asked, string Exact) model, OllamaLines lines)
    {
        var unload = body.Raw("keep_alive") is "0" or "\"0\"" or "\"0s\"" or "\"0m\"";
        try
        {
            await mac.Use(
                async (live, token) =>
                {
                    await (unload ? live.Unload(model.Exact, token) : live.Load(model.Exact, token));
                    return true;
                },
                http.RequestAborted);
        }
        catch (AnswerException failure) when (failure.Code == ErrorCode.ModelNotFound)
        {
            throw OllamaErrors.NotFound(model.Asked);
        }

        await ApiJson.Write(http, lines.Presence(unload ? "unload" : "load"));
    }

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
