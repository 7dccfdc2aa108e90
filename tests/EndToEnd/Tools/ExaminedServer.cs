using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace QuicPair.EndToEnd.Tools;

/// <summary>An Ollama and a front door in one, as sound or as faulty as a test wants them.</summary>
internal sealed class ExaminedServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly string _version;
    private readonly string _model;
    private readonly int _ahead;

    private ExaminedServer(WebApplication app, string version, string model, int ahead) =>
        (_app, _version, _model, _ahead) = (app, version, model, ahead);

    /// <summary>Settings that lead to it.</summary>
    public string[] Words => [$"--Runner:OllamaUrl={Url}", $"--FrontDoor:PublicUrl={Url}"];

    private string Url => $"http://127.0.0.1:{new Uri(_app.Urls.First()).Port}";

    /// <param name="version">What Ollama says that it is.</param>
    /// <param name="model">The model that it has; empty for none.</param>
    /// <param name="ahead">How far the front door's clock is ahead of this machine's, in seconds.</param>
    /// <param name="address">Where it listens.</param>
    public static async Task<ExaminedServer> Start(string version, string model, int ahead, IPAddress address)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://{address}:0");
        var server = new ExaminedServer(builder.Build(), version, model, ahead);
        server._app.Run(server.Reply);
        await server._app.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private Task Reply(HttpContext http)
    {
        var now = DateTimeOffset.UtcNow.AddSeconds(_ahead);
        http.Response.Headers.Date = now.ToString("R", CultureInfo.InvariantCulture);
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(http.Request.Path.Value switch
        {
            "/api/version" => $$"""{"version":"{{_version}}"}""",
            "/api/tags" when _model.Length == 0 => """{"models":[]}""",
            "/api/tags" => $$"""{"models":[{"name":"{{_model}}","size":1000}]}""",
            _ => "ok",
        });
    }
}
