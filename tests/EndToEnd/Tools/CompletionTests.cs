using QuicPair.Interop.Peers;
using Xunit;

namespace QuicPair.EndToEnd.Tools;

/// <summary>The scripts of <c>quicpair completion</c>, each in its shell.</summary>
public sealed class CompletionTests
{
    // In place of what a shell has only while somebody types, and of the program on the path.
    private const string Bash =
        """
        quicpair() { dotnet 'PROGRAM' "$@"; }
        SCRIPT
        complete_line() {
          COMP_LINE="$1" COMP_POINT=${#1}; read -ra COMP_WORDS <<< "$1"; COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
          _quicpair; printf '%s\n' "${COMPREPLY[@]}"
        }
        complete_line 'quicpair pro'
        complete_line 'quicpair chat --se'
        """;

    private const string Zsh =
        """
        quicpair() { dotnet 'PROGRAM' "$@" }
        compdef() { : }
        compadd() { shift; print -rl -- "$@" }
        SCRIPT
        complete_line() { BUFFER=$1 CURSOR=${#1}; _quicpair }
        complete_line 'quicpair pro'
        complete_line 'quicpair chat --se'
        """;

    private const string Fish =
        """
        function quicpair; dotnet 'PROGRAM' $argv; end
        function commandline
          if contains -- -C $argv; string length -- $line; else; printf '%s\n' $line; end
        end
        SCRIPT
        for typed in 'quicpair pro' 'quicpair chat --se'
          set -g line $typed
          complete -C $typed
        end
        """;

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh", "-f")]
    [InlineData("fish")]
    public async Task The_script_is_without_fault_to_its_shell(string shell, params string[] options)
    {
        Lane.Require([shell], shell);
        using var home = new PhoneCommand();
        var script = await home.Run("completion", shell);
        var path = Path.Combine(Folder(home), "script");
        await File.WriteAllTextAsync(path, script.Output + "\n", TestContext.Current.CancellationToken);

        await using var check = Start(home, shell, [.. options, "-n", path]);

        Assert.Equal((0, ""), (await check.Exit(), check.Output + check.Errors));
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh", "-f")]
    [InlineData("fish")]
    public async Task Commands_and_options_are_completed(string shell, params string[] options)
    {
        Lane.Require([shell], shell);
        using var home = new PhoneCommand();
        var script = await home.Run("completion", shell);
        var test = shell switch { "bash" => Bash, "zsh" => Zsh, _ => Fish };
        var lines = test.Replace("PROGRAM", Tree.Program("Cli"), StringComparison.Ordinal)
            .Replace("SCRIPT", script.Output, StringComparison.Ordinal);

        await using var run = Start(home, shell, [.. options, "-c", lines]);

        Assert.Equal((0, ""), (await run.Exit(), run.Errors));
        string[] completed = run.Output.Split('\n');
        Assert.Contains("proxy", completed);
        Assert.Contains("--seed", completed);
    }

    /// <summary>A shell that finds nothing of who runs the tests in its home.</summary>
    private static ChildProcess Start(PhoneCommand home, string shell, string[] arguments)
    {
        var settings = new Dictionary<string, string?>
        {
            ["HOME"] = Folder(home),
            ["XDG_CONFIG_HOME"] = Folder(home),
        };
        var process = ChildProcess.Start(shell, arguments, settings);
        process.Input.Close();
        return process;
    }

    private static string Folder(PhoneCommand home) => Path.GetDirectoryName(home.Store)!;
}
