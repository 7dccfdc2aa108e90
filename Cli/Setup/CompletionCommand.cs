using System.CommandLine;

namespace QuicPair.Cli.Setup;

/// <summary><c>quicpair completion</c>: a script that lets a shell complete the command's words.</summary>
internal static class CompletionCommand
{
    private const string Bash =
        """
        _quicpair() {
          local IFS=$'\n' word="${COMP_WORDS[COMP_CWORD]}"
          COMPREPLY=($(compgen -W "$(quicpair "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "$word"))
        }
        complete -o default -F _quicpair quicpair
        """;

    private const string Zsh =
        """
        #compdef quicpair
        _quicpair() {
          local -a words_of_quicpair
          words_of_quicpair=("${(@f)$(quicpair "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}")
          compadd -- $words_of_quicpair
        }
        compdef _quicpair quicpair
        """;

    private const string Fish =
        """
        complete -c quicpair -f -a '(quicpair "[suggest:"(commandline -C)"]" (commandline) 2>/dev/null)'
        """;

    public static Command Create(Terminal terminal)
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh or fish." };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new Command(
            "completion", "Print a completion script; for bash: source <(quicpair completion bash)") { shell };
        command.SetAction(parsed =>
        {
            terminal.Out.WriteLine(parsed.GetValue(shell) switch
            {
                "bash" => Bash,
                "zsh" => Zsh,
                _ => Fish,
            });
            return ExitCode.Ok;
        });
        return command;
    }
}
