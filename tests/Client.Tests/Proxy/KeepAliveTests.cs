using System.Text;
using System.Text.Json;
using QuicPair.Protocol.Messages;
using QuicPair.Protocol.Messages.Models;

namespace QuicPair.Client.Tests.Proxy;

/// <summary>Ollama's <c>keep_alive</c> beside a question.</summary>
public sealed class KeepAliveTests : IAsyncLifetime
{
    private const string Stop = "\"done_reason\":\"stop\"";

    private ProxyDesk _desk = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private TestMac Mac => _desk.Mac;

    public async ValueTask InitializeAsync() => _desk = await ProxyDesk.Start();

    public ValueTask DisposeAsync() => _desk.DisposeAsync();

    [Theory]
    [InlineData("/api/chat", "0", true)]
    [InlineData("/api/chat", "\"0s\"", false)]
    [InlineData("/api/generate", "0.0", true)]
    [InlineData("/api/generate", "\"0h0.00m\"", false)]
    public async Task A_model_that_is_to_be_kept_for_no_time_leaves_memory_after_the_answer(
        string path, string time, bool streams)
    {
        var unload = new TaskCompletionSource<UnloadRequest>(TaskCreationOptions.RunContinuationsAsynchronously);
        Mac.OnRequest = (peer, request) =>
        {
            if (request is not UnloadRequest asked) return;
            peer.Send(new UnloadedMessage { Id = asked.Id, Model = asked.Model });
            unload.TrySetResult(asked);
        };
        Assert.Contains(Stop, await Ask(path, time, streams), StringComparison.Ordinal);
        Assert.Equal("m:1b", (await unload.Task.WaitAsync(Cancellation)).Model);
        Assert.Single(Mac.Phone.Received.OfType<ChatMessage>());
    }

    [Fact]
    public async Task A_device_that_may_not_unload_has_its_answers_all_the_same()
    {
        var refused = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Mac.OnRequest = (peer, request) =>
        {
            if (request is not UnloadRequest) return;
            peer.Send(new ErrorMessage { Id = request.Id, For = request.Op, Code = ErrorCode.NotAllowed });
            refused.TrySetResult();
        };
        var first = await Ask("/api/chat", "0", streams: false);
        await refused.Task.WaitAsync(Cancellation);
        Assert.Contains(Stop, first, StringComparison.Ordinal);
        Assert.Contains(Stop, await Ask("/api/chat", "0", streams: true), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("300")]
    [InlineData("\"5m\"")]
    [InlineData("\"0h10m\"")]
    [InlineData("null")]
    public async Task A_model_that_is_to_be_kept_stays(string time)
    {
        // On one connection the next request is read when all is done that the one before had to do.
        await Ask("/api/chat", time, streams: false);
        await Ask("/api/chat", time, streams: false);
        Assert.DoesNotContain(Mac.Phone.Received, message => message is UnloadRequest);
    }

    [Theory]
    [InlineData("0", "unload")]
    [InlineData("\"0h\"", "unload")]
    [InlineData("\"5m\"", "load")]
    public async Task Without_messages_it_says_whether_the_model_is_loaded_or_unloaded(string time, string expected)
    {
        Mac.OnRequest = (peer, request) => peer.Send(request is UnloadRequest
            ? new UnloadedMessage { Id = request.Id, Model = "m:1b" }
            : new LoadedMessage { Id = request.Id, Model = "m:1b" });
        var text = await Post("/api/chat", $$"""{"model":"m:1b","messages":[],"keep_alive":{{time}}}""");
        Assert.Equal(expected, JsonElement.Parse(text).GetProperty("done_reason").GetString());
    }

    private Task<string> Ask(string path, string time, bool streams) => Post(path, $$"""
        {"model":"m:1b","prompt":"Hi","messages":[{"role":"user","content":"Hi"}],"keep_alive":{{time}},
        "stream":{{(streams ? "true" : "false")}}}
        """);

    private async Task<string> Post(string path, string json)
    {
        using var body = new StringContent(json, Encoding.UTF8, "application/json");
        using var reply = await _desk.Http.PostAsync(path, body, Cancellation);
        var text = await reply.Content.ReadAsStringAsync(Cancellation);
        Assert.Equal((200, ""), ((int)reply.StatusCode, reply.IsSuccessStatusCode ? "" : text));
        return text;
    }
}
