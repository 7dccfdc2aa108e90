using Microsoft.AspNetCore.Http;
using QuicPair.Cli.Proxy.Requests;
using QuicPair.Protocol.Messages;

namespace QuicPair.Cli.Proxy.OpenAi;

/// <summary><c>/v1/chat/completions</c>.</summary>
internal sealed class OpenAiChats(BoundedMac mac, ModelNames names)
{
    public async Task Complete(HttpContext http)
    {
        var body = await ApiBody.Read(http);
        var request = OpenAiRequests.Chat(body);
        var streams = body.Flag("stream") is true;
        var includeUsage = body.Object("stream_options")?.Flag("include_usage") is true;
        var asked = request.Model!;
        request = request with { Model = await names.Exact(asked, http.RequestAborted) };
        await using var answer = await mac.Ask(request, () => OpenAiModels.NotFound(asked), http.RequestAborted);
        var completion = new OpenAiCompletion(asked);
        await (streams
            ? Stream(http, answer, completion, includeUsage)
            : Whole(http, answer, completion));
    }

    private static async Task Stream(
        HttpContext http, AnswerStart answer, OpenAiCompletion completion, bool includeUsage)
    {
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-cache";
        await foreach (var message in answer.Entries())
        {
            if (completion.Chunk(message) is { } chunk)
            {
                await ApiJson.Stream(http, chunk, "data: ", "\n\n");
            }

            if (message is DoneMessage done && includeUsage)
            {
                await ApiJson.Stream(http, completion.UsageChunk(done.Statistics), "data: ", "\n\n");
            }
        }

        await http.Response.Body.WriteAsync("data: [DONE]\n\n"u8.ToArray(), http.RequestAborted);
    }

    private static async Task Whole(HttpContext http, AnswerStart answer, OpenAiCompletion completion)
    {
        var whole = await WholeAnswer.Read(answer);
        await ApiJson.Write(http, completion.Whole(whole.End, whole.Text, whole.Thinking, whole.Calls));
    }
}
