using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace QuicPair.EndToEnd.Cuts;

/// <summary>
/// Stands before a real runner and passes everything on; of a chat's answer each line waits until the test lets it out,
/// so that a cut falls behind a token and never on a clock.
/// </summary>
internal sealed class LineGate : IAsyncDisposable
{
    private const string Json = "application/json";

    private readonly WebApplication _app;
    private readonly HttpClient _runner;
    private readonly SemaphoreSlim _lines = new(0);
    private readonly Channel<bool> _asked = Channel.CreateUnbounded<bool>();

    private LineGate(WebApplication app, Uri runner)
    {
        _app = app;

        // Node.js closes a connection that was idle for five seconds, and a request may meet that.
        _runner = new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero })
        {
            BaseAddress = runner,
        };
    }

    /// <summary>Configuration that makes a Mac use the runner behind it.</summary>
    public IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?>
    {
        ["OLLAMA_HOST"] = _app.Urls.First(),
        ["Runner__Kind"] = "ollama",
    };

    public static async Task<LineGate> Start(Uri runner)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var gate = new LineGate(builder.Build(), runner);
        gate._app.Run(gate.Pass);
        await gate._app.StartAsync();
        return gate;
    }

    /// <summary>Ends with the next chat that is asked, past ones first.</summary>
    public Task Asked() =>
        _asked.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Cutting.Hang);

    /// <summary>Lets the next lines out; the end of an answer is its last.</summary>
    public void Say(int lines)
    {
        if (lines > 0) _lines.Release(lines);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _runner.Dispose();
        _lines.Dispose();
    }

    private async Task Pass(HttpContext http)
    {
        var gone = http.RequestAborted;
        using var reader = new StreamReader(http.Request.Body);
        var asked = await reader.ReadToEndAsync(gone);
        using var request = new HttpRequestMessage(new HttpMethod(http.Request.Method), http.Request.Path.Value);
        if (asked.Length > 0) request.Content = new StringContent(asked);
        using var response = await _runner.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, gone);
        http.Response.StatusCode = (int)response.StatusCode;
        http.Response.ContentType = response.Content.Headers.ContentType?.ToString() ?? Json;
        await using var said = await response.Content.ReadAsStreamAsync(gone);
        if (http.Request.Path == "/api/chat" && !asked.Contains("\"messages\":[]", StringComparison.Ordinal))
        {
            _asked.Writer.TryWrite(true);
            await Meter(said, http.Response, gone);
        }
        else
        {
            await said.CopyToAsync(http.Response.Body, gone);
        }
    }

    private async Task Meter(Stream said, HttpResponse response, CancellationToken gone)
    {
        using var lines = new StreamReader(said);
        while (await lines.ReadLineAsync(gone) is { } line)
        {
            await _lines.WaitAsync(gone);
            await response.WriteAsync(line + "\n", gone);
        }
    }
}
