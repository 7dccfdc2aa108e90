using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using QuicPair.Cli.Proxy.Requests;
using QuicPair.Client;
using QuicPair.Protocol.Chat;

namespace QuicPair.Cli.Proxy.OpenAi;

/// <summary><c>/v1/models</c> and <c>/v1/embeddings</c>.</summary>
internal sealed class OpenAiModels(BoundedMac mac, ModelNames names)
{
    public static ProxyException NotFound(string model) => new(
        404, $"The model '{model}' does not exist or you do not have access to it.", "model_not_found", "model");

    public async Task List(HttpContext http)
    {
        var models = await names.All(http.RequestAborted);
        await ApiJson.Write(http, new JsonObject
        {
            ["object"] = "list",
            ["data"] = new JsonArray([.. models.Select(Model)]),
        });
    }

    public async Task Retrieve(HttpContext http)
    {
        // The only escape that the server keeps in a path.
        var asked = (http.Request.RouteValues["model"] as string ?? "")
            .Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        var name = await names.Exact(asked, http.RequestAborted);
        var found = (await names.All(http.RequestAborted)).FirstOrDefault(model => model.Name == name);
        await ApiJson.Write(http, Model(found ?? throw NotFound(asked)));
    }

    public async Task Embed(HttpContext http)
    {
        var body = await ApiBody.Read(http);
        var asked = body.RequiredText("model");
        var input = body.Texts("input") ?? throw ProxyException.Bad("input is required", "input");
        var asBase64 = body.Text("encoding_format") switch
        {
            null or "float" => false,
            "base64" => true,
            _ => throw ApiBody.Wrong("encoding_format"),
        };
        var dimensions = body.Count("dimensions") is > 0 and <= int.MaxValue and { } wanted ? (int?)wanted : null;
        var name = await names.Exact(asked, http.RequestAborted);
        var reply = await Embed(name, asked, input, dimensions, http.RequestAborted);
        var (data, tokens) = (new JsonArray(), reply.Tokens ?? 0);
        foreach (var embedding in reply.Embeddings)
        {
            data.Add(new JsonObject
            {
                ["object"] = "embedding",
                ["index"] = data.Count,
                ["embedding"] = asBase64 ? Base64(embedding) : Numbers(embedding),
            });
        }

        await ApiJson.Write(http, new JsonObject
        {
            ["object"] = "list",
            ["data"] = data,
            ["model"] = asked,
            ["usage"] = new JsonObject { ["prompt_tokens"] = tokens, ["total_tokens"] = tokens },
        });
    }

    private async Task<Protocol.Messages.Models.EmbeddingsReply> Embed(
        string name, string asked, IReadOnlyList<string> texts, int? dimensions, CancellationToken cancellation)
    {
        try
        {
            return await mac.Embed(name, texts, dimensions, cancellation);
        }
        catch (AnswerException failure) when (failure.Code == ErrorCode.ModelNotFound)
        {
            throw NotFound(asked);
        }
    }

    private static JsonArray Numbers(float[] embedding) => new JsonArray([.. embedding.Select(n => (JsonNode)n)]);

    private static JsonNode Base64(float[] embedding) =>
        Convert.ToBase64String(MemoryMarshal.AsBytes(embedding.AsSpan()));

    private static JsonNode Model(ModelDescription model) => new JsonObject
    {
        ["id"] = model.Name,
        ["object"] = "model",
        ["created"] = model.Modified ?? 0,
        ["owned_by"] = "library",
    };
}
