using QuicPair.Interop.Peers;

namespace QuicPair.EndToEnd;

/// <summary>
/// A keyboard and a screen for a program: the input is what is typed, Ctrl-C too, the output is all that is shown.
/// </summary>
internal static class Terminal
{
    /// <summary>What Ctrl-C types.</summary>
    public const string ControlC = "\u0003";

    private const string Program = "/usr/bin/script";

    /// <summary>Says why the lane cannot run.</summary>
    public static void Require()
    {
        if (!File.Exists(Program)) Lane.Unavailable($"{Program} makes the terminal.");
    }

    /// <param name="command">The program and its arguments, none of which has a quote.</param>
    /// <param name="environment">What it has besides.</param>
    /// <param name="folder">Where it runs; null for the folder of temporary files.</param>
    /// <param name="place">The network namespace that it runs in; null for the one of the tests.</param>
    public static ChildProcess Start(
        string[] command, IReadOnlyDictionary<string, string?> environment, string? folder = null,
        string? place = null)
    {
        // A shell that starts the tests in the background has them ignore SIGINT, and so would the command.
        var line = "exec env --default-signal=INT " + string.Join(' ', command.Select(word => $"'{word}'"));
        string[] script = OperatingSystem.IsLinux() ? ["-qfec", line, "/dev/null"] : ["-q", "/dev/null", .. command];
        var settings = new Dictionary<string, string?>(environment) { ["SHELL"] = "/bin/sh" };
        return place is null
            ? ChildProcess.Start(Program, script, settings, folder)
            : ChildProcess.Start("ip", ["netns", "exec", place, Program, .. script], settings, folder);
    }
}
