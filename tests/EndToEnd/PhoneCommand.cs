namespace QuicPair.EndToEnd;

/// <summary>
/// A person at another machine's terminal: the <c>quicpair</c> command with a data folder of its own.
/// </summary>
internal sealed class PhoneCommand : IDisposable
{
    /// <summary>What gives a program a terminal of its own.</summary>
    public const string Terminal = "/usr/bin/script";

    private readonly string _home = Directory.CreateTempSubdirectory("quicpair-phone-").FullName;

    public string Store => Path.Combine(_home, "pairings.json");

    public ChildProcess Start(params string[] arguments) => ChildProcess.Start(
        "dotnet", [Tree.Program("Cli"), .. arguments],
        new Dictionary<string, string?> { ["QUICPAIR_HOME"] = _home });

    /// <summary>
    /// At a keyboard and a screen: the input is what is typed, Ctrl-C too, the output is all that is shown.
    /// </summary>
    public ChildProcess StartAtTerminal(params string[] arguments)
    {
        string[] command = ["dotnet", Tree.Program("Cli"), .. arguments];

        // A shell that starts the tests in the background has them ignore SIGINT, and so would the command.
        var line = "exec env --default-signal=INT " + string.Join(' ', command.Select(word => $"'{word}'"));
        string[] script = OperatingSystem.IsLinux() ? ["-qfec", line, "/dev/null"] : ["-q", "/dev/null", .. command];
        return ChildProcess.Start(Terminal, script, new Dictionary<string, string?>
        {
            ["QUICPAIR_HOME"] = _home,
            ["SHELL"] = "/bin/sh",
            ["TERM"] = "dumb",
            ["NO_COLOR"] = "1",
        });
    }

    public async Task<(int Exit, string Output, string Errors)> Run(params string[] arguments)
    {
        await using var process = Start(arguments);
        process.Input.Close();
        var exit = await process.Exit();
        return (exit, process.Output, process.Errors);
    }

    public void Dispose() => Directory.Delete(_home, recursive: true);
}
