using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace QuicPair.Silo.Tests.Runners;

/// <summary>A server that speaks Ollama's API the way a test wants it, also wrongly.</summary>
internal sealed class FakeOllama : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeOllama(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First());

    public string LastBody { get; private set; } = "";

    /// <summary>Completes when the client gave up the chat.</summary>
    public TaskCompletionSource Aborted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static async Task<FakeOllama> Start(
        Func<HttpContext, Task> chat, string tags = """{"models":[]}""", string running = """{"models":[]}""",
        Uri? at = null, string path = "")
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(at?.ToString() ?? "http://127.0.0.1:0");
        var app = builder.Build();
        var fake = new FakeOllama(app);
        app.MapGet($"{path}/api/version", () => Results.Text("""{"version":"0.12.3"}""", "application/json"));
        app.MapGet($"{path}/api/tags", () => Results.Text(tags, "application/json"));
        app.MapGet($"{path}/api/ps", () => Results.Text(running, "application/json"));
        async Task Post(HttpContext context)
        {
            using var reader = new StreamReader(context.Request.Body);
            fake.LastBody = await reader.ReadToEndAsync();
            context.RequestAborted.Register(() => fake.Aborted.TrySetResult());
            await chat(context);
        }

        foreach (var name in (string[])["chat", "pull", "show", "embed"]) app.MapPost($"{path}/api/{name}", Post);
        await app.StartAsync();
        return fake;
    }

    /// <summary>Answers with one JSON object.</summary>
    public static Func<HttpContext, Task> Json(string json) => context =>
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(json);
    };

    /// <summary>Answers with these lines and the end of the stream.</summary>
    public static Func<HttpContext, Task> Lines(params string[] lines) => async context =>
    {
        context.Response.ContentType = "application/x-ndjson";
        foreach (var line in lines)
        {
            await context.Response.WriteAsync(line + "\n");
            await context.Response.Body.FlushAsync();
        }
    };

    public static Func<HttpContext, Task> Refuse(int status, string body) => context =>
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(body);
    };

    public static string Delta(string text) => Chunk($$"""{"role":"assistant","content":"{{text}}"}""");

    public static string Chunk(string message) =>
        $$"""{"model":"m","created_at":"2026-01-01T00:00:00Z","message":{{message}},"done":false}""";

    public static string Done(string reason = "stop") =>
        """{"model":"m","created_at":"2026-01-01T00:00:00Z","message":{"role":"assistant","content":""},"""
        + $$""" "done":true,"done_reason":"{{reason}}","total_duration":5000000,"load_duration":1000000,"""
        + """ "prompt_eval_count":3,"prompt_eval_duration":2000000,"""
        + """ "eval_count":4,"eval_duration":2000000000}""";

    /// <summary>One model of <c>/api/tags</c> or <c>/api/ps</c>, with what else is said of it.</summary>
    public static string Model(string name, long size = 1, string more = "") =>
        $$"""{"name":"{{name}}","model":"{{name}}","size":{{size}},"digest":"d","""
        + $$""" "modified_at":"2026-01-01T00:00:00Z"{{more}}}""";

    public static string Models(params string[] models) => $$"""{"models":[{{string.Join(',', models)}}]}""";

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
