using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using QuicPair.Cli.Proxy.Requests;
using QuicPair.Client;
using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Messages.Models;

namespace QuicPair.Cli.Proxy.Ollama;

/// <summary><c>/api/tags, ps, show, version, embed, embeddings</c>.</summary>
internal sealed class OllamaModels(BoundedMac mac, ModelNames names)
{
    /// <summary>The version of Ollama whose API this is; programs compare it.</summary>
    private const string ApiVersion = "0.12.0";

    // So many characters of a digest the command of Ollama shows; with fewer it ends in a panic.
    private const int ShownDigest = 12;

    public static Task Version(HttpContext http) => ApiJson.Write(http, new JsonObject
    {
        ["version"] = ApiVersion,
        ["quicpair"] = Assembly.GetExecutingAssembly().GetName().Version?.ToString(3),
    });

    public async Task Tags(HttpContext http)
    {
        var models = await names.All(http.RequestAborted);
        await ApiJson.Write(http, new JsonObject { ["models"] = new JsonArray([.. models.Select(Tag)]) });
    }

    public async Task Running(HttpContext http)
    {
        var running = await mac.Use((live, token) => live.Running(token), http.RequestAborted);
        var known = await names.Knowing(running.Select(model => model.Name), http.RequestAborted);
        var models = running.Select(model => Loaded(model, known.FirstOrDefault(each => each.Name == model.Name)));
        await ApiJson.Write(http, new JsonObject { ["models"] = new JsonArray([.. models]) });
    }

    public async Task Show(HttpContext http)
    {
        var body = await ApiBody.Read(http);
        var asked = body.Text("model") ?? body.RequiredText("name");
        var reply = await Find(
            asked,
            (name, token) => mac.Use((live, stop) => live.Show(name, stop), token),
            http.RequestAborted);
        await ApiJson.Write(http, Details(reply));
    }

    public async Task Embed(HttpContext http)
    {
        var body = await ApiBody.Read(http);
        var asked = body.RequiredText("model");
        var input = body.Texts("input") ?? throw ProxyException.Bad("input is required", "input");
        var dimensions = body.Count("dimensions") is > 0 and <= int.MaxValue and { } wanted ? (int?)wanted : null;
        var reply = await Find(
            asked, (name, token) => mac.Embed(name, input, dimensions, token), http.RequestAborted);
        var embeddings = new JsonArray([.. reply.Embeddings.Select(Numbers)]);
        var result = new JsonObject { ["model"] = asked, ["embeddings"] = embeddings };
        if (reply.Tokens is { } tokens)
        {
            result["prompt_eval_count"] = tokens;
        }

        await ApiJson.Write(http, result);
    }

    /// <summary>One text, as older programs ask; without one the model is loaded, as Ollama does.</summary>
    public async Task EmbedOne(HttpContext http)
    {
        var body = await ApiBody.Read(http);
        var asked = body.RequiredText("model");
        var text = body.Text("prompt") ?? "";
        var embedding = await Find(asked, (name, token) => Embed(name, text, token), http.RequestAborted);
        await ApiJson.Write(http, new JsonObject { ["embedding"] = Numbers(embedding) });
    }

    private async Task<float[]> Embed(string name, string text, CancellationToken cancellation)
    {
        if (text.Length == 0)
        {
            await mac.Use((live, token) => live.Load(name, token), cancellation);
            return [];
        }

        return (await mac.Embed(name, [text], null, cancellation)).Embeddings[0];
    }

    private async Task<T> Find<T>(
        string asked, Func<string, CancellationToken, Task<T>> action, CancellationToken cancellation)
    {
        var name = await names.Exact(asked, cancellation);
        try
        {
            return await action(name, cancellation);
        }
        catch (AnswerException failure) when (failure.Code == ErrorCode.ModelNotFound)
        {
            throw OllamaErrors.NotFound(asked);
        }
    }

    private static JsonNode Tag(ModelDescription model)
    {
        var tag = new JsonObject
        {
            ["name"] = model.Name,
            ["model"] = model.Name,
            ["modified_at"] = Time(model.Modified ?? 0),
            // Ollama's API has a number here, and 0 where it does not know.
            ["size"] = model.Size,
            ["digest"] = Digest(model.Name, model),
            ["details"] = Family(null, model.Family, model.ParameterSize, model.Quantization),
            ["capabilities"] = Capabilities(model.Capabilities),
        };
        if (model.Remote)
        {
            tag["remote_model"] = model.RemoteModel ?? model.Name;
            if (model.RemoteHost is { } host)
            {
                tag["remote_host"] = host;
            }
        }

        return tag;
    }

    private static JsonObject Loaded(RunningModel model, ModelDescription? known)
    {
        var loaded = new JsonObject
        {
            ["name"] = model.Name,
            ["model"] = model.Name,
            ["size"] = model.Size ?? 0,
            ["digest"] = Digest(model.Name, known),
            ["details"] = Family(null, null, null, null),
            ["size_vram"] = model.VideoMemory ?? 0,
        };
        if (model.Until is { } until)
        {
            loaded["expires_at"] = Time(until);
        }

        if (model.ContextLength is { } context)
        {
            loaded["context_length"] = context;
        }

        return loaded;
    }

    private static JsonObject Details(ShowReply reply)
    {
        var known = reply.Details;
        var architecture = known.Family ?? "unknown";
        var facts = new JsonObject { ["general.architecture"] = architecture };
        if (known.ContextLength is { } context)
        {
            facts[$"{architecture}.context_length"] = context;
        }

        if (known.EmbeddingLength is { } embedding)
        {
            facts[$"{architecture}.embedding_length"] = embedding;
        }

        return new JsonObject
        {
            ["modelfile"] = "",
            ["parameters"] = known.Parameters ?? "",
            ["template"] = Template(known.Template),
            ["system"] = known.System ?? "",
            ["details"] = Family(known.Format, known.Family, known.ParameterSize, known.Quantization),
            ["model_info"] = facts,
            ["capabilities"] = Capabilities(reply.Capabilities),
        };
    }

    private static JsonObject Family(string? format, string? family, string? size, string? quantization) => new()
    {
        ["parent_model"] = "",
        ["format"] = format ?? "",
        ["family"] = family ?? "",
        ["families"] = family is null ? null : new JsonArray(family),
        ["parameter_size"] = size ?? "",
        ["quantization_level"] = quantization ?? "",
    };

    // Of a model without a digest, one of its name: programs take it for the model's identity.
    private static string Digest(string name, ModelDescription? known) =>
        known?.Digest is { Length: >= ShownDigest } digest
            ? digest
            : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));

    // Programs ask a model to fill in the middle if its template has a suffix, which no chat of QP/1 has.
    private static string Template(string? template) =>
        template?.Contains(".Suffix", StringComparison.Ordinal) is true ? "{{ .Prompt }}" : template ?? "";

    // "insert" is Ollama's word for the same.
    private static JsonArray Capabilities(IReadOnlyList<string> capabilities) =>
        new([.. capabilities.Where(capability => capability != "insert").Select(capability => (JsonNode)capability)]);

    private static JsonArray Numbers(float[] embedding) =>
        new JsonArray([.. embedding.Select(number => (JsonNode)number)]);

    private static string Time(long seconds) =>
        DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime.ToString("O", CultureInfo.InvariantCulture);
}
