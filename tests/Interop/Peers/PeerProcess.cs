using System.Diagnostics;
using System.Text.Json;
using System.Threading.Channels;

namespace QuicPair.Interop.Peers;

/// <summary>
/// A running peer that is driven by lines of JSON: a program of <c>peers/</c>, or <c>tests/RtcPeer</c>. The README of
/// each has its commands and events.
/// </summary>
internal sealed class PeerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _eventKey;
    private readonly object _exit;
    private readonly Channel<JsonElement> _events = Channel.CreateUnbounded<JsonElement>();
    private readonly List<JsonElement> _unclaimed = [];
    private readonly Task _reading;
    private readonly Task<string> _errors;

    private PeerProcess(ProcessStartInfo start, string eventKey, object exit)
    {
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        (_eventKey, _exit) = (eventKey, exit);
        _process = Process.Start(start)!;
        _errors = _process.StandardError.ReadToEndAsync();
        _reading = Read();
    }

    /// <summary>Starts a program of <c>peers/</c>.</summary>
    public static PeerProcess OfAnotherMake(string program, IEnumerable<(string Name, string Value)> environment)
    {
        var start = new ProcessStartInfo("node", [program]);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return new PeerProcess(start, "event", new { command = "exit" });
    }

    /// <summary>Starts <c>tests/RtcPeer</c>.</summary>
    public static PeerProcess Ours()
    {
        var program = Path.Combine(AppContext.BaseDirectory, "QuicPair.RtcPeer.dll");
        return new PeerProcess(new ProcessStartInfo("dotnet", [program]), "e", new { c = "exit" });
    }

    public Task Tell(object command) => TellLine(JsonSerializer.Serialize(command));

    /// <summary>Sends a line as it is.</summary>
    public async Task TellLine(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>
    /// Waits for an event of this name, which may have come before others that were waited for; fails as soon as the
    /// peer says that something has gone wrong.
    /// </summary>
    public async Task<JsonElement> Expect(string name, CancellationToken cancellation)
    {
        var earlier = _unclaimed.FindIndex(each => NameOf(each) == name);
        if (earlier >= 0)
        {
            var found = _unclaimed[earlier];
            _unclaimed.RemoveAt(earlier);
            return found;
        }

        while (await _events.Reader.WaitToReadAsync(cancellation))
        {
            var next = await _events.Reader.ReadAsync(cancellation);
            if (NameOf(next) == name) return next;
            if (IsFailure(next)) throw new InvalidOperationException($"The peer says {next}.");
            _unclaimed.Add(next);
        }

        throw new InvalidOperationException($"The peer left without {name}: {await _errors}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await Tell(_exit);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _reading;
        _process.Dispose();
    }

    private string? NameOf(JsonElement news) => TextOf(news, _eventKey);

    private bool IsFailure(JsonElement news) => NameOf(news) switch
    {
        "failed" or "corrupt" or "error" => true,
        "closed" => TextOf(news, "state") == "failed",
        "ended" => TextOf(news, "reason") != "",
        _ => false,
    };

    private static string? TextOf(JsonElement news, string name) =>
        news.TryGetProperty(name, out var text) ? text.GetString() : null;

    private async Task Read()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            _events.Writer.TryWrite(JsonSerializer.Deserialize<JsonElement>(line));
        }

        _events.Writer.TryComplete();
    }
}
