using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using QuicPair.EndToEnd.Canary;
using Xunit;

namespace QuicPair.EndToEnd.Traces;

/// <summary>A collector of traces: it takes OTLP as protobuf over HTTP and keeps all that it is sent.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private static readonly TimeSpan Hang = TimeSpan.FromMinutes(5);

    private readonly WebApplication _app;
    private readonly Channel<byte[]> _requests = Channel.CreateUnbounded<byte[]>();
    private readonly List<byte[]> _read = [];
    private readonly List<ReceivedSpan> _spans = [];

    private Collector(WebApplication app) => _app = app;

    public static async Task<Collector> Start()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var collector = new Collector(app);
        app.MapPost("/v1/traces", collector.Take);
        await app.StartAsync();
        return collector;
    }

    /// <summary>Configuration that makes a process send its traces here.</summary>
    /// <param name="service">What the process calls itself.</param>
    /// <param name="delay">How long it holds spans back at most, in milliseconds; at its end it sends them.</param>
    public Dictionary<string, string?> Settings(string service, int delay) => new()
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _app.Urls.First(),
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        ["OTEL_BSP_SCHEDULE_DELAY"] = $"{delay}",
        ["OTEL_SERVICE_NAME"] = service,
    };

    /// <summary>Every span that has come.</summary>
    public IReadOnlyList<ReceivedSpan> All()
    {
        while (_requests.Reader.TryRead(out var request))
        {
            _read.Add(request);
            _spans.AddRange(OtlpTraces.Read(request));
        }

        return _spans;
    }

    /// <summary>The first span, past or future, that is wanted.</summary>
    /// <exception cref="TimeoutException">It does not come.</exception>
    public async Task<ReceivedSpan> First(Func<ReceivedSpan, bool> wanted)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var hang = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        hang.CancelAfter(Hang);
        try
        {
            while (true)
            {
                if (All().FirstOrDefault(wanted) is { } span) return span;
                await _requests.Reader.WaitToReadAsync(hang.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            var came = _spans.Select(span => $"{span.Service}: {span.Source}, {span.Name}").Distinct();
            throw new TimeoutException($"The span does not come; these came:\n{string.Join('\n', came)}");
        }
    }

    /// <summary>Whether any of it is anywhere in what has come, as bytes or as text.</summary>
    public bool Holds(CanaryScan scan)
    {
        All();

        // Every byte is a character, whatever it means: a text of ASCII stands in it as it is.
        return _read.Any(request =>
            scan.IsIn(request) || scan.FoundIn(Encoding.Latin1.GetString(request)).Count > 0);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task Take(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        _requests.Writer.TryWrite(body.ToArray());
    }
}
