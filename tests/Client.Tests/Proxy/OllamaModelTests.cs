using System.Text;
using System.Text.Json;
using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Messages;
using QuicPair.Protocol.Messages.Models;

namespace QuicPair.Client.Tests.Proxy;

/// <summary>What Ollama's own and older programs need of its API about models.</summary>
public sealed class OllamaModelTests : IAsyncLifetime
{
    private const string Sha256 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private ProxyDesk _desk = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private TestMac Mac => _desk.Mac;

    public async ValueTask InitializeAsync() => _desk = await ProxyDesk.Start();

    public ValueTask DisposeAsync() => _desk.DisposeAsync();

    [Fact]
    public async Task Every_model_has_a_digest_of_which_twelve_characters_can_be_shown()
    {
        Mac.Models = [Model("known:1b", Sha256), Model("bare:1b", null), Model("short:1b", "abc")];
        string[] names = [.. Mac.Models.Select(model => model.Name), "gone:1b"];
        Mac.OnRequest = (peer, request) => peer.Send(new RunningReply
        {
            Id = request.Id,
            Models = [.. names.Select(name => new RunningModel { Name = name })],
        });
        var running = await Digests("/api/ps");
        var listed = await Digests("/api/tags");

        Assert.Equal(Sha256, running["known:1b"]);
        Assert.Equal(4, running.Values.Distinct().Count());
        Assert.All(running.Values, digest => Assert.True(digest.Length >= 12));
        Assert.Equal(3, listed.Count);
        Assert.All(listed, model => Assert.Equal(running[model.Key], model.Value));
    }

    [Theory]
    [InlineData(ErrorCode.Busy)]
    [InlineData(ErrorCode.RunnerUnreachable)]
    public async Task What_runs_is_told_also_while_the_list_of_models_is_refused(ErrorCode refusal)
    {
        Mac.OnRequest = (peer, request) => peer.Send(new RunningReply
        {
            Id = request.Id,
            Models = [new RunningModel { Name = "known:1b" }, new RunningModel { Name = "new:1b" }],
        });
        Mac.OnModels = peer => peer.Send(new ErrorMessage { For = "models", Code = refusal });
        Assert.All((await Digests("/api/ps")).Values, digest => Assert.True(digest.Length >= 12));

        Mac.OnModels = null;
        Mac.Models = [Model("known:1b", Sha256)];
        await Digests("/api/tags");
        Mac.OnModels = peer => peer.Send(new ErrorMessage { For = "models", Code = refusal });
        var running = await Digests("/api/ps");
        Assert.Equal(["known:1b", "new:1b"], running.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(Sha256, running["known:1b"]);
    }

    [Theory]
    [InlineData("{{ if .Suffix }}<PRE>{{ .Prompt }}<SUF>{{ .Suffix }}<MID>{{ end }}", "{{ .Prompt }}")]
    [InlineData("{{ .System }} {{ .Prompt }}", "{{ .System }} {{ .Prompt }}")]
    public async Task No_model_says_that_it_fills_in_the_middle(string template, string expected)
    {
        Mac.Models = [Model("m:1b", null) with { Capabilities = ["completion", "insert"] }];
        Mac.OnRequest = (peer, request) => peer.Send(new ShowReply
        {
            Id = request.Id,
            Model = "m:1b",
            Size = 1,
            Remote = false,
            Capabilities = ["completion", "insert", "tools"],
            Details = new ModelDetails { Template = template },
        });
        var shown = await Post("/api/show", """{"model":"m:1b"}""");
        Assert.Equal(expected, shown.GetProperty("template").GetString());
        Assert.Equal("""["completion","tools"]""", shown.GetProperty("capabilities").GetRawText());

        var tags = JsonElement.Parse(await _desk.Http.GetStringAsync("/api/tags", Cancellation));
        Assert.Equal("""["completion"]""", tags.GetProperty("models")[0].GetProperty("capabilities").GetRawText());
    }

    [Fact]
    public async Task Older_programs_have_one_text_embedded_and_without_one_the_model_loaded()
    {
        Mac.OnRequest = (peer, request) => peer.Send(request switch
        {
            EmbedRequest { Model: "m:1b" } embed => new EmbeddingsReply
            {
                Id = embed.Id,
                Model = embed.Model,
                Embeddings = [.. embed.Input.Select(text => new[] { text.Length, 0.5f })],
            },
            LoadRequest => new LoadedMessage { Id = request.Id, Model = "m:1b" },
            _ => new ErrorMessage { Id = request.Id, For = request.Op, Code = ErrorCode.ModelNotFound },
        });
        var embedded = await Post("/api/embeddings", """{"model":"m:1b","prompt":"river","keep_alive":"5m"}""");
        Assert.Equal("""{"embedding":[5,0.5]}""", embedded.GetRawText());
        Assert.DoesNotContain(Mac.Phone.Received, message => message is LoadRequest { Model: "m:1b" });

        var loaded = await Post("/api/embeddings", """{"model":"m:1b"}""");
        Assert.Equal("""{"embedding":[]}""", loaded.GetRawText());
        Assert.Contains(Mac.Phone.Received, message => message is LoadRequest { Model: "m:1b" });

        var refused = await Post("/api/embeddings", """{"model":"x:1b","prompt":"river"}""", 404);
        Assert.Equal("model 'x:1b' not found", refused.GetProperty("error").GetString());
    }

    private static ModelDescription Model(string name, string? digest) =>
        new() { Name = name, Size = 1, Loaded = true, Remote = false, Digest = digest };

    private async Task<Dictionary<string, string>> Digests(string path) =>
        JsonElement.Parse(await _desk.Http.GetStringAsync(path, Cancellation)).GetProperty("models").EnumerateArray()
            .ToDictionary(
                model => model.GetProperty("name").GetString()!, model => model.GetProperty("digest").GetString()!);

    private async Task<JsonElement> Post(string path, string json, int expected = 200)
    {
        using var body = new StringContent(json, Encoding.UTF8, "application/json");
        using var reply = await _desk.Http.PostAsync(path, body, Cancellation);
        Assert.Equal(expected, (int)reply.StatusCode);
        return JsonElement.Parse(await reply.Content.ReadAsStringAsync(Cancellation));
    }
}
