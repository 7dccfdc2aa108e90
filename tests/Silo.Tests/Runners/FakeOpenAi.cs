using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace QuicPair.Silo.Tests.Runners;

/// <summary>A server that speaks OpenAI's API the way a test wants it.</summary>
internal sealed class FakeOpenAi : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeOpenAi(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First());

    public string LastBody { get; private set; } = "";

    public string LastKey { get; private set; } = "";

    /// <summary>Completes when the client gave up the chat.</summary>
    public TaskCompletionSource Aborted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public static async Task<FakeOpenAi> Start(
        Func<HttpContext, Task> answer,
        string models = """{"object":"list","data":[{"id":"m","owned_by":"llamacpp","meta":{"n_ctx_train":4096}}]}""",
        Uri? at = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(at?.ToString() ?? "http://127.0.0.1:0");
        var app = builder.Build();
        var fake = new FakeOpenAi(app);
        app.MapGet("/v1/models", () => Results.Text(models, "application/json"));
        async Task Post(HttpContext context)
        {
            using var reader = new StreamReader(context.Request.Body);
            fake.LastBody = await reader.ReadToEndAsync();
            fake.LastKey = context.Request.Headers.Authorization.ToString();
            context.RequestAborted.Register(() => fake.Aborted.TrySetResult());
            await answer(context);
        }

        app.MapPost("/v1/chat/completions", Post);
        app.MapPost("/v1/embeddings", Post);
        await app.StartAsync();
        return fake;
    }

    /// <summary>Answers with these events.</summary>
    public static Func<HttpContext, Task> Events(params string[] events) => async context =>
    {
        context.Response.ContentType = "text/event-stream";
        foreach (var said in events)
        {
            await context.Response.WriteAsync(said);
            await context.Response.Body.FlushAsync();
        }
    };

    /// <summary>The list of models of a server with one.</summary>
    public static string Models(string model, string owner) =>
        $$"""{"object":"list","data":[{"id":"{{model}}","owned_by":"{{owner}}"}]}""";

    public static string Delta(string delta) => Event($$"""[{"index":0,"delta":{{delta}},"finish_reason":null}]""");

    public static string Finish(string reason, string more = "") =>
        Event($$"""[{"index":0,"delta":{},"finish_reason":"{{reason}}"}]""", more);

    public static string Event(string choices, string more = "") =>
        $$"""data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"m","choices":{{choices}}{{more}}}"""
        + "\n\n";

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
