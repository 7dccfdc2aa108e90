using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace QuicPair.EndToEnd.Turns;

/// <summary>
/// Speaks as much of Ollama's API as a Mac asks for. Each chat is held until the test has it speak, and counted when
/// its connection is closed before that.
/// </summary>
internal sealed class HeldRunner : IAsyncDisposable
{
    private const string Nothing = """{"models":[]}""";
    private const string Models = """{"models":[{"name":"held","model":"held","size":1,"digest":"d","""
        + """ "modified_at":"2026-01-01T00:00:00Z"}]}""";

    private static readonly TimeSpan Hang = TimeSpan.FromMinutes(5);

    private readonly WebApplication _app;
    private readonly Channel<HeldChat> _asked = Channel.CreateUnbounded<HeldChat>();
    private int _chats;
    private int _closed;

    private HeldRunner(WebApplication app) => _app = app;

    /// <summary>Whether its model is in memory.</summary>
    public bool IsLoaded { get; set; } = true;

    /// <summary>Chats that came.</summary>
    public int Chats => Volatile.Read(ref _chats);

    /// <summary>Chats whose connection was closed before their end.</summary>
    public int Closed => Volatile.Read(ref _closed);

    /// <summary>Whether a chat came that the test has not seen.</summary>
    public bool HasAsked => _asked.Reader.TryPeek(out _);

    /// <summary>Configuration that makes a Mac use it.</summary>
    public IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?>
    {
        ["OLLAMA_HOST"] = _app.Urls.First(),
        ["Runner__Kind"] = "ollama",
    };

    public static async Task<HeldRunner> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var runner = new HeldRunner(app);
        app.MapGet("/api/version", () => Json("""{"version":"0.12.3"}"""));
        app.MapGet("/api/tags", () => Json(Models));
        app.MapGet("/api/ps", () => Json(runner.IsLoaded ? Models : Nothing));
        app.MapPost("/api/chat", runner.Chat);
        await app.StartAsync();
        return runner;
    }

    /// <summary>The next chat that comes, past ones first.</summary>
    public Task<HeldChat> Asked() =>
        _asked.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Hang);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task Chat(HttpContext http)
    {
        var gone = http.RequestAborted;
        var asked = await JsonNode.ParseAsync(http.Request.Body, cancellationToken: gone);
        var chat = new HeldChat((string)asked!["messages"]!.AsArray()[^1]!["content"]!);
        Interlocked.Increment(ref _chats);
        _asked.Writer.TryWrite(chat);
        http.Response.ContentType = "application/x-ndjson";
        try
        {
            await foreach (var word in chat.Words.ReadAllAsync(gone))
            {
                await http.Response.WriteAsync(Line(word, isEnd: false), gone);
            }

            await http.Response.WriteAsync(Line("", isEnd: true), gone);
        }
        catch (OperationCanceledException)
        {
            Interlocked.Increment(ref _closed);
            chat.Close();
        }
    }

    private static IResult Json(string text) => Results.Text(text, "application/json");

    private static string Line(string content, bool isEnd)
    {
        var line = new JsonObject
        {
            ["model"] = "held",
            ["created_at"] = "2026-01-01T00:00:00Z",
            ["message"] = new JsonObject { ["role"] = "assistant", ["content"] = content },
            ["done"] = isEnd,
        };
        if (isEnd)
        {
            line["done_reason"] = "stop";
            line["eval_count"] = 1;
            line["eval_duration"] = 1_000_000;
        }

        return line.ToJsonString() + "\n";
    }
}
