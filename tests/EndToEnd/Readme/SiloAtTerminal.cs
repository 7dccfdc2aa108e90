using System.Text.RegularExpressions;

namespace QuicPair.EndToEnd.Readme;

/// <summary>
/// The README's first command as it is typed, in a terminal and at the settings that it has by itself; the tests have
/// built it already.
/// </summary>
internal sealed partial class SiloAtTerminal : IAsyncDisposable
{
    // The last line of an invitation.
    private const string Ready = "A new code:";

    private readonly string _home = Directory.CreateTempSubdirectory("quicpair-").FullName;
    private readonly ChildProcess _terminal;

    private SiloAtTerminal(IReadOnlyDictionary<string, string?> settings, string? place)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        string[] command = ["dotnet", "run", "--no-build", "--configuration", configuration, "--project", "Silo"];
        var environment = new Dictionary<string, string?>(settings)
        {
            ["QUICPAIR_HOME"] = _home,

            // An Ollama of this machine would answer in place of the built-in runner.
            ["OLLAMA_HOST"] = "http://127.0.0.1:9",
            ["TERM"] = "xterm-256color",
            ["NO_COLOR"] = null,
            ["DOTNET_NOLOGO"] = "1",
            ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
        };
        _terminal = Terminal.Start(command, environment, Tree.Root, place);
    }

    /// <summary>All that was shown so far.</summary>
    public string Screen => _terminal.Output;

    /// <summary>The links of the invitation as they were shown, the first one first.</summary>
    public IReadOnlyList<string> Links => [.. Link().Matches(Screen).Select(link => link.Groups[1].Value)];

    /// <summary>Starts it and reads until the invitation is complete.</summary>
    /// <param name="settings">What it cannot have by itself beside the other tests.</param>
    /// <param name="place">The network namespace that it runs in; null for the one of the tests.</param>
    public static async Task<SiloAtTerminal> Start(
        IReadOnlyDictionary<string, string?> settings, string? place = null)
    {
        var silo = new SiloAtTerminal(settings, place);
        try
        {
            await silo._terminal.Line(line => line.StartsWith(Ready, StringComparison.Ordinal));
            return silo;
        }
        catch
        {
            await silo.DisposeAsync();
            throw;
        }
    }

    /// <summary>Types Ctrl-C and gives the exit code.</summary>
    public async Task<int> End()
    {
        await _terminal.Input.WriteAsync(Terminal.ControlC);
        await _terminal.Input.FlushAsync();
        return await _terminal.Exit();
    }

    public async ValueTask DisposeAsync()
    {
        await _terminal.DisposeAsync();
        try
        {
            Directory.Delete(_home, recursive: true);
        }
        catch (IOException)
        {
            // One that was killed in its terminal may still be on its way out; the test has failed before.
        }
    }

    [GeneratedRegex(@"^(https?://\S+/p#1\.[\w-]{96})\s*$", RegexOptions.Multiline)]
    private static partial Regex Link();
}
