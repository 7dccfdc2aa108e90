using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using QuicPair.Protocol.Messages;

namespace QuicPair.Client.Tests.Proxy;

/// <summary>What no Mac could read, and what a Mac says no to, as programs see it.</summary>
public sealed class RefusalTests : IAsyncLifetime
{
    private const string Hi = "\"model\":\"m:1b\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]";

    private ProxyDesk _desk = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private TestMac Mac => _desk.Mac;

    private HttpClient Http => _desk.Http;

    public async ValueTask InitializeAsync() => _desk = await ProxyDesk.Start();

    public ValueTask DisposeAsync() => _desk.DisposeAsync();

    [Theory]
    [InlineData("/api/chat", "\"tools\":[{\"a\":1,\"a\":2}]")]
    [InlineData("/api/chat", "\"format\":{\"enum\":[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]}")]
    [InlineData("/api/chat", "\"options\":{\"temperature\":1e999}")]
    [InlineData("/v1/chat/completions", "\"tools\":[{\"a\":[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]}]")]
    public async Task What_no_mac_could_read_is_400_at_once(string path, string field)
    {
        var (status, text) = await Post(path, $"{{{Hi},{field}}}");
        Assert.Equal(400, status);
        Assert.True(JsonElement.Parse(text).TryGetProperty("error", out _));
        Assert.DoesNotContain(Mac.Phone.Received, message => message is ChatMessage);
    }

    [Theory]
    [InlineData("/api/chat", """{"model":"m:1b","messages":[{"role":"user","content":"\ud83d"}]}""")]
    [InlineData("/api/generate", """{"model":"m:1b","prompt":"x","\udc00":1}""")]
    [InlineData("/v1/chat/completions", """{"model":"\ud83d","messages":[{"role":"user","content":"x"}]}""")]
    [InlineData(
        "/v1/chat/completions",
        """
        {"model":"m:1b","messages":[{"role":"assistant","tool_calls":[{"id":"1","function":
        {"name":"f","arguments":"{\"x\":\"\\ud83d\"}"}}]}]}
        """)]
    public async Task Half_a_character_is_400_and_never_sent(string path, string body)
    {
        var (status, text) = await Post(path, body);
        Assert.Equal(400, status);
        Assert.True(JsonElement.Parse(text).TryGetProperty("error", out _));
        Assert.Empty(Mac.Offers);
    }

    [Theory]
    [InlineData("tool_choice", "\"required\"")]
    [InlineData("tool_choice", "{\"type\":\"function\",\"function\":{\"name\":\"f\"}}")]
    [InlineData("tool_choice", "1")]
    [InlineData("functions", "[{\"name\":\"f\"}]")]
    [InlineData("logprobs", "true")]
    [InlineData("n", "2")]
    [InlineData("seed", "-7")]
    [InlineData("response_format", "{\"type\":\"grammar\"}")]
    public async Task What_would_change_the_answer_and_a_mac_cannot_do_is_400_and_named(string field, string value)
    {
        var (status, text) = await Post("/v1/chat/completions", $"{{{Hi},\"{field}\":{value}}}");
        Assert.Equal(400, status);
        var error = JsonElement.Parse(text).GetProperty("error");
        Assert.Equal(
            ("invalid_request_error", field),
            (error.GetProperty("type").GetString(), error.GetProperty("param").GetString()));
        Assert.Empty(Mac.Offers);
    }

    [Theory]
    [InlineData("\"logprobs\":true", "logprobs")]
    [InlineData("\"format\":\"xml\"", "format")]
    [InlineData("\"options\":{\"seed\":-7}", "seed")]
    public async Task What_ollama_would_do_and_a_mac_cannot_is_400_and_named(string field, string name)
    {
        foreach (var path in (string[])["/api/chat", "/api/generate"])
        {
            var (status, text) = await Post(path, $"{{{Hi},\"prompt\":\"Hi\",{field}}}");
            Assert.Equal(400, status);
            Assert.Contains(name, JsonElement.Parse(text).GetProperty("error").GetString(), StringComparison.Ordinal);
        }

        Assert.Empty(Mac.Offers);
    }

    [Theory]
    [InlineData("/api/chat", "stream", "\"yes\"")]
    [InlineData("/api/chat", "model", "1")]
    [InlineData("/api/chat", "messages", "{}")]
    [InlineData("/api/chat", "options", "[]")]
    [InlineData("/api/chat", "tools", "{}")]
    [InlineData("/api/chat", "think", "1")]
    [InlineData("/api/chat", "format", "1")]
    [InlineData("/api/chat", "keep_alive", "true")]
    [InlineData("/api/chat", "keep_alive", "\"soon\"")]
    [InlineData("/api/generate", "stream", "1")]
    [InlineData("/api/generate", "prompt", "[]")]
    [InlineData("/api/generate", "context", "{}")]
    [InlineData("/v1/chat/completions", "stream", "\"yes\"")]
    [InlineData("/v1/chat/completions", "stream_options", "[]")]
    [InlineData("/v1/chat/completions", "stream_options", "{\"include_usage\":1}")]
    [InlineData("/v1/chat/completions", "model", "1")]
    [InlineData("/v1/chat/completions", "messages", "{}")]
    [InlineData("/v1/chat/completions", "tools", "{}")]
    [InlineData("/v1/chat/completions", "temperature", "\"hot\"")]
    public async Task What_is_of_the_wrong_kind_is_400_before_a_mac_hears_of_it(
        string path, string field, string value)
    {
        // Whether a model without a tag has one, a Mac is asked.
        var body = new JsonObject
        {
            ["model"] = "m",
            ["prompt"] = "Hi",
            ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = "Hi" }),
        };
        body[field] = JsonNode.Parse(value);
        var (status, text) = await Post(path, body.ToJsonString());
        Assert.Equal(400, status);
        var error = JsonElement.Parse(text).GetProperty("error");
        Assert.Equal(
            path.StartsWith("/v1", StringComparison.Ordinal) ? JsonValueKind.Object : JsonValueKind.String,
            error.ValueKind);
        Assert.Empty(Mac.Offers);
    }

    [Theory]
    [InlineData("auto", true)]
    [InlineData("none", false)]
    public async Task A_choice_of_tools_that_a_mac_can_make_is_made(string choice, bool hasTools)
    {
        var fields = $"\"tool_choice\":\"{choice}\",\"seed\":-1,\"tools\":[{{\"type\":\"function\"}}]";
        Assert.Equal(200, (await Post("/v1/chat/completions", $"{{{Hi},{fields}}}")).Status);
        var asked = Assert.Single(Mac.Phone.Received.OfType<ChatMessage>());
        Assert.Equal((hasTools, (long?)null), (asked.Tools is not null, asked.Options?.Seed));
    }

    [Theory]
    [InlineData("\"required\"", "f", "f")]
    [InlineData("{\"type\":\"function\",\"function\":{\"name\":\"f\"}}", "f", "f")]
    [InlineData("{\"type\":\"function\",\"function\":{\"name\":\"g\"}}", "f,g", "g")]
    public async Task A_tool_that_is_to_be_called_is_offered_alone(string choice, string tools, string offered)
    {
        var fields = $"\"tool_choice\":{choice},\"tools\":{Tools(tools)}";
        Assert.Equal(200, (await Post("/v1/chat/completions", $"{{{Hi},{fields}}}")).Status);
        Assert.Equal(Tools(offered), Assert.Single(Mac.Phone.Received.OfType<ChatMessage>()).Tools);
    }

    [Theory]
    [InlineData("\"required\"")]
    [InlineData("\"any\"")]
    [InlineData("{\"type\":\"function\"}")]
    [InlineData("{\"type\":\"function\",\"function\":{\"name\":\"h\"}}")]
    public async Task A_choice_that_leaves_several_tools_or_none_is_400_and_named(string choice)
    {
        var fields = $"\"tool_choice\":{choice},\"tools\":{Tools("f,g")}";
        var (status, text) = await Post("/v1/chat/completions", $"{{{Hi},{fields}}}");
        Assert.Equal(400, status);
        Assert.Equal("tool_choice", JsonElement.Parse(text).GetProperty("error").GetProperty("param").GetString());
        Assert.Empty(Mac.Offers);
    }

    [Theory]
    [InlineData("/api/chat", "\"think\":\"low\"", true)]
    [InlineData("/api/chat", "\"think\":\"high\"", true)]
    [InlineData("/v1/chat/completions", "\"reasoning_effort\":\"low\"", true)]
    [InlineData("/v1/chat/completions", "\"reasoning_effort\":\"none\"", false)]
    public async Task Of_how_hard_a_model_thinks_a_mac_hears_whether_it_does(string path, string field, bool thinks)
    {
        Assert.Equal(200, (await Post(path, $"{{{Hi},{field}}}")).Status);
        Assert.Equal(thinks, Assert.Single(Mac.Phone.Received.OfType<ChatMessage>()).Think);
    }

    [Theory]
    [InlineData("/api/chat", """{"model":"x:1b"}""")]
    [InlineData("/api/generate", """{"model":"x:1b","keep_alive":0}""")]
    public async Task A_model_that_is_not_there_cannot_be_loaded_or_unloaded_and_is_named(string path, string body)
    {
        Mac.OnRequest = (peer, request) => peer.Send(
            new ErrorMessage { Id = request.Id, For = request.Op, Code = ErrorCode.ModelNotFound });
        Assert.Equal((404, """{"error":"model 'x:1b' not found"}"""), await Post(path, body));
    }

    [Theory]
    [InlineData("\"stream\":false")]
    [InlineData("\"stream\":true")]
    public async Task What_the_runner_cannot_do_is_400_in_its_words(string field)
    {
        const string words = "Ollama says: m:1b does not support tools";
        Mac.OnChat = (peer, chat) => peer.Send(
            new ErrorMessage { Id = chat.Id, Seq = 1, Code = ErrorCode.BadRequest, Text = words });

        Assert.Equal((400, $$"""{"error":"{{words}}"}"""), await Post("/api/chat", $"{{{Hi},{field}}}"));
        var (status, text) = await Post("/v1/chat/completions", $"{{{Hi},{field}}}");
        var error = JsonElement.Parse(text).GetProperty("error");
        Assert.Equal(
            (400, "invalid_request_error", words),
            (status, error.GetProperty("type").GetString(), error.GetProperty("message").GetString()));
    }

    [Theory]
    [InlineData("/api/chat")]
    [InlineData("/api/generate")]
    [InlineData("/v1/chat/completions")]
    public async Task Tokens_of_the_day_that_are_used_up_are_429_with_the_time_until_there_are_new_ones(string path)
    {
        const string words = "Today's tokens of this device are used up";
        var left = TimeSpan.FromHours(5);
        Mac.OnChat = (peer, chat) => peer.Send(new ErrorMessage
        {
            Id = chat.Id,
            For = chat.Op,
            Code = ErrorCode.NotAllowed,
            Text = $"{words}.",
            Until = DateTimeOffset.UtcNow.Add(left).ToUnixTimeSeconds(),
        });
        using var body = new StringContent($"{{{Hi},\"prompt\":\"Hi\"}}", Encoding.UTF8, "application/json");
        using var reply = await Http.PostAsync(path, body, Cancellation);

        Assert.Equal(HttpStatusCode.TooManyRequests, reply.StatusCode);
        Assert.InRange(reply.Headers.RetryAfter!.Delta!.Value, left - TimeSpan.FromMinutes(10), left);
        var error = JsonElement.Parse(await reply.Content.ReadAsStringAsync(Cancellation)).GetProperty("error");
        var isOpenAi = path.StartsWith("/v1", StringComparison.Ordinal);
        var sentence = isOpenAi ? error.GetProperty("message") : error;
        Assert.StartsWith($"{words}; there are new ones from ", sentence.GetString(), StringComparison.Ordinal);
        if (!isOpenAi) return;
        Assert.Equal(
            ("insufficient_quota", "insufficient_quota"),
            (error.GetProperty("type").GetString(), error.GetProperty("code").GetString()));
    }

    [Theory]
    [InlineData(ErrorCode.NotAllowed, HttpStatusCode.Forbidden)]
    [InlineData(ErrorCode.RunnerUnreachable, HttpStatusCode.BadGateway)]
    public async Task A_refusal_to_list_models_has_its_status(ErrorCode code, HttpStatusCode expected)
    {
        Mac.OnModels = peer => peer.Send(new ErrorMessage { For = "models", Code = code });
        foreach (var path in (string[])["/api/tags", "/v1/models"])
        {
            using var reply = await Http.GetAsync(path, Cancellation);
            Assert.Equal(expected, reply.StatusCode);
        }
    }

    [Theory]
    [InlineData("/api/chat", 30_000_001, false)]
    [InlineData("/v1/chat/completions", 30_000_001, false)]
    [InlineData("/api/chat", 8 * 1024 * 1024, true)]
    [InlineData("/v1/chat/completions", 8 * 1024 * 1024, true)]
    public async Task A_body_larger_than_a_mac_accepts_is_413_in_each_apis_form(string path, int bytes, bool isChunked)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Content = new ByteArrayContent(new byte[bytes]);
        request.Headers.TransferEncodingChunked = isChunked;

        // One whose length is known is refused before it is sent.
        request.Headers.ExpectContinue = !isChunked;
        using var reply = await Http.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, reply.StatusCode);
        var error = JsonElement.Parse(await reply.Content.ReadAsStringAsync(Cancellation)).GetProperty("error");
        var sentence = path.StartsWith("/api", StringComparison.Ordinal) ? error : error.GetProperty("message");
        Assert.Equal("The request is larger than a Mac accepts.", sentence.GetString());
        Assert.Empty(Mac.Offers);
    }

    private static string Tools(string names)
    {
        var each = names.Split(',').Select(name => $$$"""{"type":"function","function":{"name":"{{{name}}}"}}""");
        return $"[{string.Join(',', each)}]";
    }

    private async Task<(int Status, string Text)> Post(string path, string json)
    {
        using var body = new StringContent(json, Encoding.UTF8, "application/json");
        using var reply = await Http.PostAsync(path, body, Cancellation);
        return ((int)reply.StatusCode, await reply.Content.ReadAsStringAsync(Cancellation));
    }
}
