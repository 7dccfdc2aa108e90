using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using QuicPair.Cli.Proxy.Requests;

namespace QuicPair.Cli.Proxy.Ollama;

/// <summary>Errors as Ollama has them: <c>{"error":"…"}</c>, as a reply or as the last line of a stream.</summary>
internal static class OllamaErrors
{
    public static ProxyException NotFound(string model) => new(404, $"model '{model}' not found", "model_not_found");

    public static Task Write(HttpContext http, Failure failure)
    {
        var body = new JsonObject { ["error"] = failure.Sentence };
        return http.Response.HasStarted
            ? ApiJson.Stream(http, body, "", "\n")
            : ApiJson.Write(http, body, failure.Status);
    }
}
