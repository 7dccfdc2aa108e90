using System.Diagnostics;
using System.Text.Json;
using System.Threading.Channels;

namespace QuicPair.Interop.Peers;

/// <summary>A running program of <c>peers/</c>; <c>peers/README.md</c> has its commands and events.</summary>
internal sealed class PeerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Channel<JsonElement> _events = Channel.CreateUnbounded<JsonElement>();
    private readonly List<JsonElement> _unclaimed = [];
    private readonly Task _reading;
    private readonly Task<string> _errors;

    public PeerProcess(string program, IEnumerable<(string Name, string Value)> environment)
    {
        var start = new ProcessStartInfo("node", [program])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        _process = Process.Start(start)!;
        _errors = _process.StandardError.ReadToEndAsync();
        _reading = Read();
    }

    public async Task Tell(object command)
    {
        await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(command));
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Waits for an event of this name, which may have come before others that were waited for.</summary>
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
            if (NameOf(next) is "failed" or "corrupt") throw new InvalidOperationException($"The peer says {next}.");
            _unclaimed.Add(next);
        }

        throw new InvalidOperationException($"The peer left without {name}: {await _errors}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await Tell(new { command = "exit" });
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

    private static string? NameOf(JsonElement news) => news.GetProperty("event").GetString();

    private async Task Read()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            _events.Writer.TryWrite(JsonSerializer.Deserialize<JsonElement>(line));
        }

        _events.Writer.TryComplete();
    }
}
