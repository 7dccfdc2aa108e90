namespace QuicPair.EndToEnd;

/// <summary>
/// A person at another machine's terminal: the <c>quicpair</c> command with a data folder of its own.
/// </summary>
internal sealed class PhoneCommand : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("quicpair-phone-").FullName;

    /// <summary>More of its environment.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    public string Store => Path.Combine(_home, "pairings.json");

    public ChildProcess Start(params string[] arguments) => ChildProcess.Start(
        "dotnet", [Tree.Program("Cli"), .. arguments],
        new Dictionary<string, string?>(Environment) { ["QUICPAIR_HOME"] = _home });

    /// <summary>At a keyboard and a screen.</summary>
    public ChildProcess StartAtTerminal(params string[] arguments) => Terminal.Start(
        ["dotnet", Tree.Program("Cli"), .. arguments],
        new Dictionary<string, string?> { ["QUICPAIR_HOME"] = _home, ["TERM"] = "dumb", ["NO_COLOR"] = "1" });

    public async Task<(int Exit, string Output, string Errors)> Run(params string[] arguments)
    {
        await using var process = Start(arguments);
        process.Input.Close();
        var exit = await process.Exit();
        return (exit, process.Output, process.Errors);
    }

    public void Dispose() => Directory.Delete(_home, recursive: true);
}
