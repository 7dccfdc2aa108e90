using System.Diagnostics;
using System.Text;

namespace QuicPair.EndToEnd;

/// <summary>
/// A program of the test: its output line by line, and its end by its own id, whatever happens.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan Hang = TimeSpan.FromMinutes(5);

    private readonly Process _process;
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private readonly List<(Func<string, bool> Wanted, TaskCompletionSource<string> Found)> _waiting = [];
    private readonly StringBuilder _errors = new();
    private int _disposed;

    private ChildProcess(Process process) => _process = process;

    public int Id => _process.Id;

    public string Output
    {
        get
        {
            lock (_gate)
            {
                return string.Join('\n', _lines);
            }
        }
    }

    public string Errors
    {
        get
        {
            lock (_gate)
            {
                return _errors.ToString();
            }
        }
    }

    public StreamWriter Input => _process.StandardInput;

    /// <summary>Called with each line of output or log, by the thread that read it.</summary>
    public Action<string>? Heard { get; set; }

    /// <summary>What it logged at Warning or above.</summary>
    public IReadOnlyList<string> Complaints =>
        [.. Errors.Split('\n').Where(line => line.StartsWith("warn:", StringComparison.Ordinal)
            || line.StartsWith("fail:", StringComparison.Ordinal)
            || line.StartsWith("crit:", StringComparison.Ordinal))];

    public static ChildProcess Start(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null,
        string? folder = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? Path.GetTempPath(),
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        var child = new ChildProcess(Process.Start(start)!);
        child._process.OutputDataReceived += (_, line) => child.Read(line.Data);
        child._process.ErrorDataReceived += (_, line) => child.ReadError(line.Data);
        child._process.BeginOutputReadLine();
        child._process.BeginErrorReadLine();
        return child;
    }

    /// <summary>
    /// The first line of its output, past or future, or of its log, future, that <paramref name="wanted"/> accepts.
    /// </summary>
    public async Task<string> Line(Func<string, bool> wanted)
    {
        var found = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_lines.FirstOrDefault(wanted) is { } line)
            {
                return line;
            }

            _waiting.Add((wanted, found));
        }

        var ended = _process.WaitForExitAsync();
        if (await Task.WhenAny(found.Task, ended).WaitAsync(Hang) == ended && !found.Task.IsCompleted)
        {
            throw new InvalidOperationException($"The program ended with {_process.ExitCode}.\n{Output}\n{Errors}");
        }

        return await found.Task;
    }

    /// <summary>Waits for the program's own end and gives its exit code.</summary>
    /// <param name="hang">When it is taken to hang; five minutes unless told.</param>
    public async Task<int> Exit(TimeSpan? hang = null)
    {
        try
        {
            await _process.WaitForExitAsync().WaitAsync(hang ?? Hang);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"The program does not end.\n{Output}\n{Errors}");
        }

        _process.WaitForExit();
        return _process.ExitCode;
    }

    /// <summary>SIGKILL: the program gets no chance to finish anything.</summary>
    public async Task Kill()
    {
        _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(Hang);
    }

    /// <summary>SIGKILL without waiting, for whoever is in the middle of something.</summary>
    public void KillNow() => _process.Kill();

    /// <summary>SIGSTOP: the program is there, and does nothing.</summary>
    public Task Freeze() => Signal("STOP");

    /// <summary>SIGCONT: the program goes on.</summary>
    public Task Thaw() => Signal("CONT");

    /// <summary>SIGTERM: the program is asked to end.</summary>
    public Task Terminate() => Signal("TERM");

    private async Task Signal(string name)
    {
        await using var kill = Start("sh", ["-c", $"kill -{name} {Id}"]);
        if (await kill.Exit() != 0)
        {
            throw new InvalidOperationException($"kill -{name} failed: {kill.Errors}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync().WaitAsync(Hang);
        }

        _process.Dispose();
    }

    private void Read(string? line)
    {
        if (line is null)
        {
            return;
        }

        Heard?.Invoke(line);
        lock (_gate)
        {
            _lines.Add(line);
            Tell(line);
        }
    }

    // Needs the gate.
    private void Tell(string line)
    {
        foreach (var waiter in _waiting.Where(waiter => waiter.Wanted(line)).ToList())
        {
            _waiting.Remove(waiter);
            waiter.Found.TrySetResult(line);
        }
    }

    private void ReadError(string? line)
    {
        if (line is null)
        {
            return;
        }

        Heard?.Invoke(line);
        lock (_gate)
        {
            _errors.AppendLine(line);
            Tell(line);
        }
    }
}
