using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using QuicPair.Nat.Lab;
using QuicPair.Protocol.Messages;
using Message = QuicPair.Protocol.Messages.Message;

namespace QuicPair.Benchmarks.Path;

/// <summary>Speaks as much of Ollama's API as a chat needs and notes when its first token left.</summary>
internal sealed class MeteredRunner : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, long> _written = new();
    private long _firstTokenAt;
    private int _chats;
    private volatile Holding? _holding;

    private MeteredRunner(WebApplication app) => _app = app;

    public Uri Address { get; private set; } = null!;

    /// <summary>Ticks of the stopwatch.</summary>
    public long FirstTokenAt => Volatile.Read(ref _firstTokenAt);

    /// <summary>Chats that came.</summary>
    public int Chats => Volatile.Read(ref _chats);

    /// <summary>Of each answer.</summary>
    public int Tokens { get; set; } = 20;

    /// <summary>Between two tokens.</summary>
    public TimeSpan Pace { get; set; }

    /// <summary>Called as the first token of an answer is about to be written.</summary>
    public Action? OnFirstToken { get; set; }

    /// <summary>Where the next chat is held, once <see cref="Hold"/> was called.</summary>
    public RunnerStage Stage { get; set; } = RunnerStage.Reading;

    /// <summary>Ends when the chat is held.</summary>
    public Task Held => _holding!.Held.Task;

    /// <summary>When the held request was aborted, in ticks of the stopwatch.</summary>
    public Task<long> Stopped => _holding!.Stopped.Task;

    /// <param name="network">The network namespace whose loopback it listens at; null for this process's.</param>
    public static async Task<MeteredRunner> Start(string? network = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        if (network is { } name)
        {
            builder.Services.Configure<SocketTransportOptions>(options => options.CreateBoundListenSocket = place =>
                Namespace.Run(name, () => SocketTransportOptions.CreateDefaultBoundListenSocket(place)));
        }

        var runner = new MeteredRunner(builder.Build());
        const string model = """{"name":"m","model":"m","modified_at":"2026-01-01T00:00:00Z","size":1,"digest":"d"}""";
        runner._app.MapGet("/api/version", () => Results.Text("""{"version":"0.0.0"}""", "application/json"));
        runner._app.MapGet("/api/tags", () => Results.Text($$"""{"models":[{{model}}]}""", "application/json"));
        runner._app.MapGet("/api/ps", () => Results.Text(
            $$"""{"models":[{{(runner.Stage == RunnerStage.Loading ? "" : model)}}]}""", "application/json"));
        runner._app.MapPost("/api/chat", runner.Chat);
        runner._app.Urls.Add("http://127.0.0.1:0");
        await runner._app.StartAsync();
        var addresses = runner._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>();
        runner.Address = new Uri(addresses!.Addresses.First());
        return runner;
    }

    /// <summary>The next chat stays in its stage until it is aborted.</summary>
    public void Hold() => _holding = new Holding();

    /// <summary>When the first token of the chat with that prompt was written, if the message is that token.</summary>
    public bool TryTake(string prompt, Message message, out long writtenAt)
    {
        writtenAt = 0;
        return message is DeltaMessage && _written.TryRemove(prompt, out writtenAt);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task Chat(HttpContext http)
    {
        Interlocked.Increment(ref _chats);
        var asked = await JsonNode.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted);
        var prompt = asked!["messages"] is JsonArray { Count: > 0 } messages ? (string?)messages[^1]!["content"] : null;
        http.Response.ContentType = "application/x-ndjson";
        if (_holding is { } holding)
        {
            if (Stage == RunnerStage.Streaming) await Line(http, "word ", done: false);
            await holding.Hold(http.RequestAborted);
            return;
        }

        for (var token = 0; token < Tokens; token++)
        {
            if (token == 0)
            {
                Volatile.Write(ref _firstTokenAt, Stopwatch.GetTimestamp());
                _written[prompt ?? ""] = FirstTokenAt;
                OnFirstToken?.Invoke();
            }
            else if (Pace > TimeSpan.Zero)
            {
                await Task.Delay(Pace, http.RequestAborted);
            }

            await Line(http, "word ", done: false);
        }

        await Line(http, "", done: true);
    }

    private Task Line(HttpContext http, string text, bool done)
    {
        var line = new JsonObject
        {
            ["model"] = "m",
            ["created_at"] = "2026-01-01T00:00:00Z",
            ["message"] = new JsonObject { ["role"] = "assistant", ["content"] = text },
            ["done"] = done,
        };
        if (done)
        {
            line["done_reason"] = "stop";
            line["eval_count"] = Tokens;
            line["eval_duration"] = 1_000_000;
        }

        return http.Response.WriteAsync(line.ToJsonString() + "\n");
    }

    private sealed class Holding
    {
        public TaskCompletionSource Held { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<long> Stopped { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task Hold(CancellationToken aborted)
        {
            await using var stop = aborted.Register(() => Stopped.TrySetResult(Stopwatch.GetTimestamp()));
            Held.TrySetResult();
            await Stopped.Task;
        }
    }
}
