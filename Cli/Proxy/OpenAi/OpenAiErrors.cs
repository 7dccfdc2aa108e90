using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using QuicPair.Cli.Proxy.Requests;

namespace QuicPair.Cli.Proxy.OpenAi;

/// <summary>
/// Errors as OpenAI has them: <c>{"error":{message, type, param, code}}</c>, as a reply or as an event of a stream.
/// </summary>
internal static class OpenAiErrors
{
    public static Task Write(HttpContext http, Failure failure)
    {
        var body = new JsonObject
        {
            ["error"] = new JsonObject
            {
                ["message"] = failure.Sentence,
                ["type"] = Type(failure),
                ["param"] = failure.Field,
                ["code"] = failure.Code,
            },
        };
        return http.Response.HasStarted
            ? ApiJson.Stream(http, body, "data: ", "\n\n")
            : ApiJson.Write(http, body, failure.Status);
    }

    private static string Type(Failure failure) => failure.Status switch
    {
        _ when failure.Code == Failure.Quota => Failure.Quota,
        403 => "permission_error",
        429 => "rate_limit_error",
        < 500 => "invalid_request_error",
        _ => "server_error",
    };
}
