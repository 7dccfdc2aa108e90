using System.Diagnostics;
using System.Text.Json;
using System.Threading.Channels;

namespace QuicPair.Nat.Lab;

/// <summary>The program <c>tests/RtcPeer</c> in a namespace; its README has the commands and events.</summary>
internal sealed class DrivenPeer : IAsyncDisposable
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "QuicPair.RtcPeer");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly Process _process;
    private readonly Channel<JsonElement> _events = Channel.CreateUnbounded<JsonElement>();
    private readonly List<JsonElement> _unclaimed = [];
    private readonly Task _reading;
    private readonly Task<string> _errors;

    private DrivenPeer(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
        _reading = Read();
    }

    /// <summary>Starts the program and waits until it listens.</summary>
    public static async Task<DrivenPeer> Start(
        Namespace place, CancellationToken cancellation, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("ip", ["netns", "exec", place.Name, Program])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // Many short runs beside each other: starting counts more than the steady state.
        start.Environment["DOTNET_TieredCompilation"] = "1";
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var peer = new DrivenPeer(Process.Start(start)!);
        await peer.Expect("ready", cancellation);
        return peer;
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

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        while (await _events.Reader.WaitToReadAsync(patience.Token))
        {
            var next = await _events.Reader.ReadAsync(patience.Token);
            if (NameOf(next) == name) return next;
            if (NameOf(next) == "ended") throw new LabException($"Instead of {name} the peer says {next}.");
            _unclaimed.Add(next);
        }

        throw new LabException($"The peer left without {name}: {await _errors}");
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        await _reading;
        _process.Dispose();
    }

    private static string? NameOf(JsonElement news) => news.GetProperty("e").GetString();

    private async Task Read()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            _events.Writer.TryWrite(JsonSerializer.Deserialize<JsonElement>(line));
        }

        _events.Writer.TryComplete();
    }
}
