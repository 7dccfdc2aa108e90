using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using QuicPair.Cli.Proxy.Requests;
using QuicPair.Client;
using QuicPair.Protocol.Messages;

namespace QuicPair.Cli.Proxy.OpenAi;

/// <summary><c>/v1/chat/completions</c>.</summary>
internal sealed class OpenAiChats(MacConnection mac, ModelNames names)
{
    public async Task Complete(HttpContext http)
    {
        var body = await ApiBody.Read(http);
        var request = OpenAiRequests.Chat(body);
        var asked = request.Model!;
        request = request with { Model = await names.Exact(asked, http.RequestAborted) };
        AnswerStart answer;
        try
        {
            answer = await AnswerStart.Ask(mac, request, http.RequestAborted);
        }
        catch (AnswerException failure) when (failure.Code == ErrorCode.ModelNotFound)
        {
            throw OpenAiModels.NotFound(asked);
        }

        await using (answer)
        {
            var completion = new OpenAiCompletion(asked);
            if (body.Flag("stream") is true)
            {
                await Stream(http, answer, completion, body.Object("stream_options")?.Flag("include_usage") is true);
            }
            else
            {
                await Whole(http, answer, completion);
            }
        }
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
        var (text, thinking, calls) = (new StringBuilder(), new StringBuilder(), new JsonArray());
        await foreach (var message in answer.Entries())
        {
            switch (message)
            {
                case DeltaMessage delta:
                    text.Append(delta.Content);
                    break;
                case ThinkingMessage thought:
                    thinking.Append(thought.Content);
                    break;
                case ToolCallMessage call:
                    calls.Add(completion.Call(call, withIndex: false));
                    break;
                case DoneMessage done:
                    await ApiJson.Write(http, completion.Whole(done, text.ToString(), thinking.ToString(), calls));
                    break;
                default:
                    break;
            }
        }
    }
}
