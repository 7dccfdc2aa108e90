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
          COMP_LINE="$1" COMP_POINT=${#1}; read -ra COMP_WORDS <<< "$1"
          [[ $1 != *' ' ]] || COMP_WORDS+=("")
          COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
          _quicpair; printf '%s\n' "${COMPREPLY[@]}"
          if [[ ${#COMPREPLY[@]} -eq 0 && $(complete -p quicpair) == *'-o default'* ]]; then
            compgen -f -- "${COMP_WORDS[COMP_CWORD]}"
          fi
        }
        LINES
        """;

    private const string Zsh =
        """
        quicpair() { dotnet 'PROGRAM' "$@" }
        compdef() { : }
        compadd() { shift; print -rl -- "$@" }
        _files() { print -rl -- ${words[CURRENT]}*(N) }
        SCRIPT
        complete_line() { BUFFER=$1 CURSOR=${#1} words=("${(@s: :)1}"); CURRENT=${#words}; _quicpair }
        LINES
        """;

    private const string Fish =
        """
        function quicpair; dotnet 'PROGRAM' $argv; end
        function commandline
          set -l words (string split ' ' -- $line)
          switch "$argv"
            case -C; string length -- $line
            case -ct; printf '%s\n' $words[-1]
            case -opc; printf '%s\n' $words[1..-2]
            case '*'; printf '%s\n' $line
          end
        end
        SCRIPT
        function complete_line
          set -g line $argv[1]
          complete -C $line
        end
        LINES
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
        var completed = await Complete(home, shell, options, "quicpair pro", "quicpair chat --se");
        Assert.Contains("proxy", completed);
        Assert.Contains("--seed", completed);
    }

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh", "-f")]
    [InlineData("fish")]
    public async Task Where_a_file_or_folder_is_typed_files_are_completed(string shell, params string[] options)
    {
        Lane.Require([shell], shell);
        using var home = new PhoneCommand();

        // A name that begins like a command: it is no command in that place.
        var file = Path.Combine(Folder(home), "doc.sealed");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);
        string[] lines =
        [
            "quicpair identity export ", "quicpair identity --home x import do", "quicpair --home do",
            "quicpair chat --image do",
        ];
        foreach (var line in lines)
        {
            var completed = await Complete(home, shell, options, line);
            Assert.Contains("doc.sealed", completed);
            Assert.DoesNotContain("doctor", completed);
            Assert.DoesNotContain("--home", completed);
        }

        Assert.Contains("--replace", await Complete(home, shell, options, "quicpair identity import --re"));
        Assert.DoesNotContain("doc.sealed", await Complete(home, shell, options, "quicpair do"));
    }

    /// <summary>What the shell offers for each line, by real files of the data folder.</summary>
    private static async Task<string[]> Complete(
        PhoneCommand home, string shell, string[] options, params string[] typed)
    {
        var script = await home.Run("completion", shell);
        var test = shell switch { "bash" => Bash, "zsh" => Zsh, _ => Fish };
        var lines = string.Join('\n', typed.Select(line => $"complete_line '{line}'"));
        var program = test.Replace("PROGRAM", Tree.Program("Cli"), StringComparison.Ordinal)
            .Replace("SCRIPT", script.Output, StringComparison.Ordinal)
            .Replace("LINES", lines, StringComparison.Ordinal);
        await using var run = Start(home, shell, [.. options, "-c", program]);
        Assert.Equal((0, ""), (await run.Exit(), run.Errors));
        return run.Output.Split('\n');
    }

    /// <summary>A shell that finds nothing of who runs the tests in its home.</summary>
    private static ChildProcess Start(PhoneCommand home, string shell, string[] arguments)
    {
        var settings = new Dictionary<string, string?>
        {
            ["HOME"] = Folder(home),
            ["XDG_CONFIG_HOME"] = Folder(home),
        };
        var process = ChildProcess.Start(shell, arguments, settings, Folder(home));
        process.Input.Close();
        return process;
    }

    private static string Folder(PhoneCommand home) => Path.GetDirectoryName(home.Store)!;
}
