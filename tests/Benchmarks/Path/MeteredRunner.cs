using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace QuicPair.Benchmarks.Path;

/// <summary>Speaks as much of Ollama's API as a chat needs and notes when its first token left.</summary>
internal sealed class MeteredRunner : IAsyncDisposable
{
    private const int Tokens = 20;

    private readonly WebApplication _app;
    private long _firstTokenAt;

    private MeteredRunner(WebApplication app) => _app = app;

    public Uri Address { get; private set; } = null!;

    /// <summary>Ticks of the stopwatch.</summary>
    public long FirstTokenAt => Volatile.Read(ref _firstTokenAt);

    public static async Task<MeteredRunner> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var runner = new MeteredRunner(builder.Build());
        const string model = """{"name":"m","model":"m","modified_at":"2026-01-01T00:00:00Z","size":1,"digest":"d"}""";
        runner._app.MapGet("/api/version", () => Results.Text("""{"version":"0.0.0"}""", "application/json"));
        runner._app.MapGet("/api/tags", () => Results.Text($$"""{"models":[{{model}}]}""", "application/json"));
        runner._app.MapGet("/api/ps", () => Results.Text($$"""{"models":[{{model}}]}""", "application/json"));
        runner._app.MapPost("/api/chat", runner.Chat);
        runner._app.Urls.Add("http://127.0.0.1:0");
        await runner._app.StartAsync();
        var addresses = runner._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>();
        runner.Address = new Uri(addresses!.Addresses.First());
        return runner;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task Chat(HttpContext http)
    {
        http.Response.ContentType = "application/x-ndjson";
        for (var token = 0; token < Tokens; token++)
        {
            if (token == 0) Volatile.Write(ref _firstTokenAt, Stopwatch.GetTimestamp());
            await Line(http, "word ", done: false);
        }

        await Line(http, "", done: true);
    }

    private static Task Line(HttpContext http, string text, bool done)
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
}
