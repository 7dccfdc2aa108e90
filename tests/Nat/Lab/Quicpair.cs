using System.Diagnostics;

namespace QuicPair.Nat.Lab;

/// <summary>The command <c>quicpair</c> in a namespace.</summary>
internal sealed class Quicpair : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private readonly Process _process;
    private readonly Task<string> _errors;

    private Quicpair(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Runs it to its end: its exit code, and all that it printed.</summary>
    public static async Task<(int Exit, string Output)> Run(
        Namespace place, Dictionary<string, string> environment, CancellationToken cancellation,
        params string[] arguments)
    {
        using var command = Start(place, environment, arguments);
        command._process.StandardInput.Close();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        var output = await command._process.StandardOutput.ReadToEndAsync(patience.Token);
        await command._process.WaitForExitAsync(patience.Token);
        return (command._process.ExitCode, output + await command._errors);
    }

    /// <summary>Starts it; it is killed when this is disposed.</summary>
    public static Quicpair Start(Namespace place, Dictionary<string, string> environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("ip", ["netns", "exec", place.Name, Program(), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return new Quicpair(Process.Start(start)!);
    }

    /// <summary>Waits for a line of its output.</summary>
    public async Task<string> Line(string begin, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        while (await _process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
        {
            if (line.StartsWith(begin, StringComparison.Ordinal)) return line;
        }

        throw new LabException($"quicpair left: {await _errors}");
    }

    /// <summary>SIGSTOP: it is there, and does nothing.</summary>
    public void Freeze() => Signal("STOP");

    /// <summary>SIGCONT: it goes on.</summary>
    public void Thaw() => Signal("CONT");

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }

    private void Signal(string name) => Shell.Run("sh", ["-c", $"kill -{name} {_process.Id}"]);

    // The command is built beside the tests, in the same configuration; its folder keeps its name.
    private static string Program()
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        var folder = Path.Combine(AppContext.BaseDirectory, "..", "..", "Cli", configuration);
        return Path.GetFullPath(Path.Combine(folder, "quicpair"));
    }
}
