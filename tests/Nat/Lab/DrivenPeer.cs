using System.Diagnostics;
using System.Text.Json;

namespace QuicPair.Nat.Lab;

/// <summary>
/// The program <c>tests/RtcPeer</c> in a namespace; its README has the commands and events. Its peers have numbers, the
/// first is 0.
/// </summary>
internal sealed class DrivenPeer : IAsyncDisposable
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "QuicPair.RtcPeer");
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly Process _process;
    private readonly Lock _gate = new();
    private readonly List<JsonElement> _unclaimed = [];
    private readonly List<(int Number, string Name, TaskCompletionSource<JsonElement> Wait)> _waiting = [];
    private readonly Task _reading;
    private readonly Task<string> _errors;
    private bool _isGone;

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

    public void Tell(object command, int number = 0)
    {
        var line = JsonSerializer.SerializeToNode(command)!.AsObject();
        if (number != 0) line["n"] = number;
        lock (_gate)
        {
            _process.StandardInput.WriteLine(line.ToJsonString());
            _process.StandardInput.Flush();
        }
    }

    /// <summary>Waits for an event of this name, which may have come before others that were waited for.</summary>
    public async Task<JsonElement> Expect(string name, CancellationToken cancellation, int number = 0)
    {
        var wait = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            var earlier = _unclaimed.FindIndex(each => (NumberOf(each), NameOf(each)) == (number, name));
            if (earlier >= 0)
            {
                var found = _unclaimed[earlier];
                _unclaimed.RemoveAt(earlier);
                return found;
            }

            if (!_isGone) _waiting.Add((number, name, wait));
            else wait.SetException(new LabException($"The peer left without {name}."));
        }

        try
        {
            return await wait.Task.WaitAsync(Patience, cancellation);
        }
        catch (Exception problem) when (problem is LabException or TimeoutException)
        {
            throw new LabException($"No {name} of peer {number}: {problem.Message} {await ErrorsIfGone()}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        await _reading;
        _process.Dispose();
    }

    private static string? NameOf(JsonElement news) => news.GetProperty("e").GetString();

    private static int NumberOf(JsonElement news) =>
        news.TryGetProperty("n", out var number) ? number.GetInt32() : 0;

    private async Task<string> ErrorsIfGone() => _isGone ? await _errors : "";

    private async Task Read()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            Take(JsonSerializer.Deserialize<JsonElement>(line));
        }

        lock (_gate)
        {
            _isGone = true;
            foreach (var (_, _, wait) in _waiting) wait.TrySetException(new LabException("The peer left."));
            _waiting.Clear();
        }
    }

    private void Take(JsonElement news)
    {
        lock (_gate)
        {
            if (NameOf(news) is "ended" or "error")
            {
                foreach (var (number, _, waiting) in _waiting)
                {
                    if (number == NumberOf(news)) waiting.TrySetException(new LabException($"The peer says {news}."));
                }
            }

            var index = _waiting.FindIndex(each => (each.Number, each.Name) == (NumberOf(news), NameOf(news)));
            if (index < 0)
            {
                _unclaimed.Add(news);
                return;
            }

            var (_, _, wait) = _waiting[index];
            _waiting.RemoveAt(index);
            wait.TrySetResult(news);
        }
    }
}
