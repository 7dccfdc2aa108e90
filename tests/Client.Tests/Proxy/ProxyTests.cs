using System.Net;
using System.Text;
using System.Text.Json;
using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Messages;
using QuicPair.Protocol.Messages.Models;

namespace QuicPair.Client.Tests.Proxy;

/// <summary>The two APIs over a Mac that does what a test says.</summary>
public sealed class ProxyTests : IAsyncLifetime
{
    private ProxyDesk _desk = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private TestMac Mac => _desk.Mac;

    private HttpClient Http => _desk.Http;

    private ChatMessage Asked => Mac.Phone.Received.OfType<ChatMessage>().Last();

    public async ValueTask InitializeAsync() => _desk = await ProxyDesk.Start("https://mine.example");

    public ValueTask DisposeAsync() => _desk.DisposeAsync();

    [Fact]
    public async Task Ollamas_chat_streams_lines_and_ends_with_counts()
    {
        Mac.OnChat = AnswerInTwoPieces;
        var (status, text) = await Post("/api/chat", Chat("""
            "options":{"seed":3,"num_predict":-1,"mirostat":1},"think":false,"format":"json"
            """));
        Assert.Equal(200, status);
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonElement.Parse(l)).ToList();
        Assert.Equal(4, lines.Count);
        Assert.Equal("hm", lines[0].GetProperty("message").GetProperty("thinking").GetString());
        Assert.Equal("a", lines[1].GetProperty("message").GetProperty("content").GetString());
        Assert.False(lines[2].GetProperty("done").GetBoolean());
        Assert.Equal("stop", lines[3].GetProperty("done_reason").GetString());
        Assert.Equal(5, lines[3].GetProperty("prompt_eval_count").GetInt32());
        Assert.Equal(1_000_000_000, lines[3].GetProperty("eval_duration").GetInt64());
        Assert.Equal((3L, (long?)null), (Asked.Options!.Seed, Asked.Options.MaxTokens));
        Assert.Equal((false, "\"json\"", "m:1b"), (Asked.Think, Asked.Format, Asked.Model));
    }

    [Fact]
    public async Task Ollamas_chat_and_generate_come_whole_on_request()
    {
        Mac.OnChat = AnswerInTwoPieces;
        var chat = await Json("/api/chat", Chat("\"stream\":false"));
        Assert.Equal("ab", chat.GetProperty("message").GetProperty("content").GetString());
        Assert.Equal("hm", chat.GetProperty("message").GetProperty("thinking").GetString());
        var generated = await Json(
            "/api/generate", """{"model":"m:1b","prompt":"Hi","system":"S","images":["QUJD"],"stream":false}""");
        Assert.Equal("ab", generated.GetProperty("response").GetString());
        Assert.Equal(("S", "Hi"), (Asked.System, Asked.Turns![0].Content));
        Assert.Equal(["QUJD"], Asked.Turns[0].Images!);
    }

    [Fact]
    public async Task Tools_pass_in_both_directions_in_both_forms()
    {
        Mac.OnChat = (peer, chat) =>
        {
            peer.Send(new ToolCallMessage { Id = chat.Id, Seq = 1, Name = "f", Arguments = """{"x":1}""" });
            peer.Send(new DoneMessage { Id = chat.Id, Seq = 2, Reason = DoneReason.Stop });
        };
        const string Tools = """[{"type":"function","function":{"name":"f","parameters":{"type":"object"}}}]""";
        var ollama = await Json("/api/chat", Chat($"\"stream\":false,\"tools\":{Tools}"));
        var call = ollama.GetProperty("message").GetProperty("tool_calls")[0].GetProperty("function");
        Assert.Equal(("f", 1), (call.GetProperty("name").GetString(), call.GetProperty("arguments").GetProperty("x")
            .GetInt32()));
        Assert.Equal(Tools, Asked.Tools);

        var openai = (await Json("/v1/chat/completions", Chat($"\"tools\":{Tools}"))).GetProperty("choices")[0];
        Assert.Equal("tool_calls", openai.GetProperty("finish_reason").GetString());
        var id = openai.GetProperty("message").GetProperty("tool_calls")[0].GetProperty("id").GetString();
        await Json("/v1/chat/completions", $$$"""
            {"model":"m:1b","messages":[{"role":"user","content":[{"type":"text","text":"Hi"},
            {"type":"image_url","image_url":{"url":"data:image/png;base64,QUJD"}}]},
            {"role":"assistant","content":null,"tool_calls":[{"id":"{{{id}}}","type":"function",
            "function":{"name":"f","arguments":"{\"x\":1}"}}]},
            {"role":"tool","tool_call_id":"{{{id}}}","content":"one"}]}
            """);
        Assert.Equal(["QUJD"], Asked.Turns![0].Images!);
        Assert.Equal("""[{"function":{"name":"f","arguments":{"x":1}}}]""", Asked.Turns[1].ToolCalls);
        Assert.Equal(("f", "one"), (Asked.Turns[2].ToolName, Asked.Turns[2].Content));
    }

    [Fact]
    public async Task OpenAis_stream_ends_with_usage_and_done()
    {
        Mac.OnChat = AnswerInTwoPieces;
        var (status, text) = await Post(
            "/v1/chat/completions", Chat("\"stream\":true,\"stream_options\":{\"include_usage\":true}"));
        Assert.Equal(200, status);
        var events = text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(e => e["data: ".Length..]);
        Assert.Equal("[DONE]", events.Last());
        var chunks = events.SkipLast(1).Select(chunk => JsonElement.Parse(chunk)).ToList();
        Assert.Equal("assistant", Delta(chunks[0]).GetProperty("role").GetString());
        var pieces = chunks[1..3].Select(chunk => Delta(chunk).GetProperty("content").GetString());
        Assert.Equal("ab", string.Concat(pieces));
        Assert.Equal("stop", chunks[3].GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Equal(7, chunks[4].GetProperty("usage").GetProperty("total_tokens").GetInt32());

        static JsonElement Delta(JsonElement chunk) => chunk.GetProperty("choices")[0].GetProperty("delta");
    }

    [Theory]
    [InlineData(ErrorCode.ModelNotFound, 404, "model 'm:1b' not found")]
    [InlineData(ErrorCode.Busy, 503, null)]
    [InlineData(ErrorCode.NotAllowed, 403, null)]
    [InlineData(ErrorCode.RunnerUnreachable, 502, null)]
    [InlineData(ErrorCode.RunnerFailed, 500, null)]
    public async Task An_error_of_the_mac_has_the_status_and_body_of_each_api(
        ErrorCode code, int expected, string? sentence)
    {
        Mac.OnChat = (peer, chat) => peer.Send(new ErrorMessage { Id = chat.Id, Seq = 1, Code = code });
        var (status, text) = await Post("/api/chat", Chat());
        Assert.Equal(expected, status);
        Assert.NotEmpty(JsonElement.Parse(text).GetProperty("error").GetString()!);
        Assert.True(sentence is null || JsonElement.Parse(text).GetProperty("error").GetString() == sentence);
        (status, text) = await Post("/v1/chat/completions", Chat());
        Assert.Equal(expected, status);
        var error = JsonElement.Parse(text).GetProperty("error");
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
        Assert.NotEmpty(error.GetProperty("type").GetString()!);
        Assert.True(error.TryGetProperty("param", out _));
        Assert.True(code != ErrorCode.ModelNotFound || error.GetProperty("code").GetString() == "model_not_found");
    }

    [Fact]
    public async Task An_error_in_the_middle_is_the_last_line_of_the_stream()
    {
        Mac.OnChat = (peer, chat) =>
        {
            peer.Send(new DeltaMessage { Id = chat.Id, Seq = 1, Content = "begun" });
            peer.Send(new ErrorMessage { Id = chat.Id, Seq = 2, Code = ErrorCode.RunnerFailed });
        };
        var (status, text) = await Post("/api/chat", Chat());
        Assert.Equal(200, status);
        Assert.StartsWith("{\"error\":", text.TrimEnd().Split('\n')[^1], StringComparison.Ordinal);
        (_, text) = await Post("/v1/chat/completions", Chat("\"stream\":true"));
        Assert.StartsWith("data: {\"error\":{", text.TrimEnd().Split("\n\n")[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/chat")]
    [InlineData("/v1/chat/completions")]
    public async Task Aborting_the_request_cancels_the_chat(string path)
    {
        var cancelled = new TaskCompletionSource<string?>();
        Mac.OnCancel = (_, cancel) => cancelled.TrySetResult(cancel.Id);
        Mac.OnChat = (peer, chat) => peer.Send(new DeltaMessage { Id = chat.Id, Seq = 1, Content = "begun" });
        using (var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = Body(Chat("\"stream\":true")) })
        using (var reply = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation))
        {
            await using var stream = await reply.Content.ReadAsStreamAsync(Cancellation);
            Assert.True(await stream.ReadAsync(new byte[1], Cancellation) == 1);
        }

        Assert.Equal(Asked.Id, await cancelled.Task.WaitAsync(Cancellation));
    }

    [Fact]
    public async Task Models_are_listed_shown_and_found_without_their_tag()
    {
        Mac.Models =
        [
            new ModelDescription
            {
                Name = "q:latest",
                Size = 7,
                Loaded = true,
                Remote = false,
                Capabilities = ["tools"],
                Family = "qwen2",
                Modified = 86_400,
            },
        ];
        Mac.OnRequest = (peer, request) => peer.Send(request switch
        {
            ShowRequest { Model: "q:latest" } => new ShowReply
            {
                Id = request.Id,
                Model = "q:latest",
                Size = 7,
                Remote = false,
                Details = new ModelDetails { Family = "qwen2", ContextLength = 4096 },
            },
            RunningRequest => new RunningReply { Id = request.Id, Models = [new RunningModel { Name = "q:latest" }] },
            _ => new ErrorMessage { Id = request.Id, For = request.Op, Code = ErrorCode.ModelNotFound },
        });
        var tag = JsonElement.Parse(await Http.GetStringAsync("/api/tags", Cancellation)).GetProperty("models")[0];
        Assert.Equal("q:latest", tag.GetProperty("name").GetString());
        Assert.Equal(new DateTime(1970, 1, 2), tag.GetProperty("modified_at").GetDateTime());
        var shown = await Json("/api/show", """{"model":"q"}""");
        Assert.Equal(4096, shown.GetProperty("model_info").GetProperty("qwen2.context_length").GetInt32());
        Assert.Equal((404, """{"error":"model 'x' not found"}"""), await Post("/api/show", """{"model":"x"}"""));
        var running = JsonElement.Parse(await Http.GetStringAsync("/api/ps", Cancellation));
        Assert.Equal("q:latest", running.GetProperty("models")[0].GetProperty("name").GetString());
        var listed = JsonElement.Parse(await Http.GetStringAsync("/v1/models", Cancellation)).GetProperty("data")[0];
        Assert.Equal("q:latest", listed.GetProperty("id").GetString());
        Assert.Equal(HttpStatusCode.OK, (await Http.GetAsync("/v1/models/q", Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await Http.GetAsync("/v1/models/x", Cancellation)).StatusCode);
    }

    [Fact]
    public async Task A_model_that_runs_in_a_cloud_has_ollamas_marks()
    {
        Mac.Models =
        [
            new ModelDescription { Name = "home:1b", Size = 7, Loaded = true, Remote = false },
            new ModelDescription
            {
                Name = "big:cloud",
                Size = 1,
                Loaded = false,
                Remote = true,
                RemoteHost = "https://ollama.com:443",
                RemoteModel = "big",
            },
        ];
        var tags = JsonElement.Parse(await Http.GetStringAsync("/api/tags", Cancellation)).GetProperty("models");
        Assert.False(tags[0].TryGetProperty("remote_host", out _) || tags[0].TryGetProperty("remote_model", out _));
        Assert.Equal(
            ("https://ollama.com:443", "big"),
            (tags[1].GetProperty("remote_host").GetString(), tags[1].GetProperty("remote_model").GetString()));
    }

    [Fact]
    public async Task Embeddings_come_as_numbers_and_as_base64()
    {
        Mac.OnRequest = (peer, request) =>
        {
            var embed = (EmbedRequest)request;
            peer.Send(new EmbeddingsReply
            {
                Id = embed.Id,
                Model = embed.Model,
                Embeddings = [.. embed.Input.Select(text => new[] { text.Length, 0.5f })],
                Tokens = 4,
            });
        };
        var ollama = await Json("/api/embed", """{"model":"m:1b","input":["a","bb"]}""");
        Assert.Equal("[[1,0.5],[2,0.5]]", ollama.GetProperty("embeddings").GetRawText());
        Assert.Equal(4, ollama.GetProperty("prompt_eval_count").GetInt32());
        var openai = await Json(
            "/v1/embeddings", """{"model":"m:1b","input":"abc","encoding_format":"base64"}""");
        var bytes = openai.GetProperty("data")[0].GetProperty("embedding").GetBytesFromBase64();
        Assert.Equal([3f, 0.5f], System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bytes).ToArray());
        Assert.Equal(4, openai.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
    }

    [Fact]
    public async Task A_chat_without_messages_loads_or_unloads()
    {
        Mac.OnRequest = (peer, request) => peer.Send(request is UnloadRequest
            ? new UnloadedMessage { Id = request.Id, Model = "m:1b" }
            : new LoadedMessage { Id = request.Id, Model = "m:1b" });
        var load = await Json("/api/chat", """{"model":"m:1b"}""");
        Assert.Equal("load", load.GetProperty("done_reason").GetString());
        var unload = await Json("/api/generate", """{"model":"m:1b","keep_alive":0}""");
        Assert.Equal("unload", unload.GetProperty("done_reason").GetString());
    }

    [Theory]
    [InlineData("GET", "/api/blobs/sha256:1", 404)]
    [InlineData("POST", "/api/pull", 404)]
    [InlineData("DELETE", "/api/delete", 404)]
    [InlineData("POST", "/v1/files", 404)]
    [InlineData("GET", "/signaling/offer", 404)]
    [InlineData("GET", "/api/../api/pull", 404)]
    public async Task What_is_not_on_the_list_is_not_served(string method, string path, int expected)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var reply = await Http.SendAsync(request, Cancellation);
        Assert.Equal(expected, (int)reply.StatusCode);
        Assert.True(JsonElement.Parse(await reply.Content.ReadAsStringAsync(Cancellation))
            .TryGetProperty("error", out _));
        Assert.Empty(Mac.Offers);
    }

    [Theory]
    [InlineData("/api/chat", "{")]
    [InlineData("/api/chat", "[]")]
    [InlineData("/api/chat", """{"messages":[]}""")]
    [InlineData("/api/chat", """{"model":1,"messages":[]}""")]
    [InlineData("/api/chat", """{"model":"m:1b","messages":[{"role":"root","content":"x"}]}""")]
    [InlineData("/api/chat", """{"model":"m:1b","messages":[{"role":"user","images":["%"]}]}""")]
    [InlineData("/api/generate", """{"model":"m:1b","prompt":"x","raw":true}""")]
    [InlineData("/api/generate", """{"model":"m:1b","prompt":"x","context":[1]}""")]
    [InlineData("/v1/chat/completions", """{"model":"m:1b","messages":[]}""")]
    [InlineData("/v1/chat/completions", """{"model":"m:1b","messages":[{"role":"user","content":"x"}],"n":2}""")]
    [InlineData("/v1/embeddings", """{"model":"m:1b","input":[1,2]}""")]
    public async Task A_request_that_makes_no_sense_is_400_and_never_sent(string path, string body)
    {
        var (status, text) = await Post(path, body);
        Assert.Equal(400, status);
        Assert.True(JsonElement.Parse(text).TryGetProperty("error", out _));
        Assert.Empty(Mac.Offers);
    }

    [Fact]
    public async Task A_mac_that_is_away_is_503_and_one_that_refuses_403()
    {
        Mac.Failure = (HttpStatusCode.ServiceUnavailable, """{"code":"mac_offline"}""");
        Assert.Equal(503, (await Post("/api/chat", Chat())).Status);
        Mac.Failure = (HttpStatusCode.Forbidden, """{"code":"refused","now":0}""");
        Assert.Equal(403, (await Post("/v1/chat/completions", Chat())).Status);
    }

    [Theory]
    [InlineData("localhost:1", null, null, 200)]
    [InlineData("127.0.0.1:1", "http://localhost:3000", "cross-site", 200)]
    [InlineData("[::1]", "https://mine.example", null, 200)]
    [InlineData("localhost", null, "same-origin", 200)]
    [InlineData("rebound.example", null, null, 403)]
    [InlineData("rebound.example", "http://rebound.example", "same-origin", 403)]
    [InlineData("localhost.evil.example", null, null, 403)]
    [InlineData("localhost", "https://evil.example", null, 403)]
    [InlineData("localhost", "https://localhost.evil.example", null, 403)]
    [InlineData("localhost", "null", null, 403)]
    [InlineData("localhost", null, "cross-site", 403)]
    public async Task Only_this_machine_and_named_origins_are_served(
        string host, string? origin, string? site, int expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/version");
        request.Headers.Host = host;
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        if (site is not null)
        {
            request.Headers.Add("Sec-Fetch-Site", site);
        }

        using var reply = await Http.SendAsync(request, Cancellation);
        Assert.Equal(expected, (int)reply.StatusCode);
        Assert.Equal(
            expected == 200 ? origin : null,
            reply.Headers.TryGetValues("Access-Control-Allow-Origin", out var allowed) ? allowed.Single() : null);
    }

    [Fact]
    public async Task A_page_asks_first_and_a_foreign_one_is_refused()
    {
        foreach (var (origin, expected) in (List<(string, int)>)[("http://localhost:8080", 204), ("http://x.y", 403)])
        {
            using var request = new HttpRequestMessage(HttpMethod.Options, "/api/chat");
            request.Headers.Add("Origin", origin);
            request.Headers.Add("Access-Control-Request-Method", "POST");
            request.Headers.Add("Access-Control-Request-Headers", "content-type");
            using var reply = await Http.SendAsync(request, Cancellation);
            Assert.Equal(expected, (int)reply.StatusCode);
        }
    }

    private static void AnswerInTwoPieces(TestMacPhone peer, ChatMessage chat)
    {
        peer.Send(new QueuedMessage { Id = chat.Id, Position = 1 });
        peer.Send(new ThinkingMessage { Id = chat.Id, Seq = 1, Content = "hm" });
        peer.Send(new DeltaMessage { Id = chat.Id, Seq = 2, Content = "a" });
        peer.Send(new DeltaMessage { Id = chat.Id, Seq = 3, Content = "b" });
        var statistics = new AnswerStatistics
        {
            QueueMs = 0,
            LoadMs = 1,
            PromptMs = 2,
            TtftMs = 3,
            Tokens = 2,
            TokensPerSecond = 2,
            PromptTokens = 5,
        };
        peer.Send(new DoneMessage { Id = chat.Id, Seq = 4, Reason = DoneReason.Stop, Statistics = statistics });
    }

    private static string Chat(string more = "\"stream\":true") =>
        $$"""{"model":"m:1b","messages":[{"role":"user","content":"Hi"}],{{more}}}""";

    private static StringContent Body(string json) => new(json, Encoding.UTF8, "application/json");

    private async Task<(int Status, string Text)> Post(string path, string json)
    {
        using var reply = await Http.PostAsync(path, Body(json), Cancellation);
        return ((int)reply.StatusCode, await reply.Content.ReadAsStringAsync(Cancellation));
    }

    private async Task<JsonElement> Json(string path, string json)
    {
        var (status, text) = await Post(path, json);
        Assert.Equal((200, ""), (status, status == 200 ? "" : text));
        return JsonElement.Parse(text);
    }
}
