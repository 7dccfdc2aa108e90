using System.CommandLine;

namespace QuicPair.Cli.Setup;

/// <summary><c>quicpair completion</c>: a script that lets a shell complete the command's words.</summary>
internal static class CompletionCommand
{
    // No reply at all has readline complete a file.
    private const string Bash =
        """
        _quicpair() {
          local IFS=' ' word="${COMP_WORDS[COMP_CWORD]}"
          COMPREPLY=()
          case "$word" in
            -*) ;;
            *)
              case "${COMP_WORDS[COMP_CWORD-1]}" in OPTIONS) return ;; esac
              case " ${COMP_WORDS[*]:0:COMP_CWORD} " in COMMANDS) return ;; esac ;;
          esac
          IFS=$'\n'
          COMPREPLY=($(compgen -W "$(quicpair "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "$word"))
        }
        complete -o default -F _quicpair quicpair
        """;

    private const string Zsh =
        """
        #compdef quicpair
        _quicpair() {
          local -a words_of_quicpair
          if [[ $words[CURRENT] != -* ]] &&
            [[ $words[CURRENT-1] == (OPTIONS) || " ${words[1,CURRENT-1]} " == (COMMANDS) ]]; then
            _files
            return
          fi
          words_of_quicpair=("${(@f)$(quicpair "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}")
          compadd -- $words_of_quicpair
        }
        compdef _quicpair quicpair
        """;

    private const string Fish =
        """
        function __quicpair_takes_path
          set -l typed (commandline -opc)
          set -l word (commandline -ct)
          string match -q -- '-*' "$word"; and return 1
          contains -- "$typed[-1]" OPTIONS; and return 0
          string match -qr -- 'COMMANDS' " $typed "
        end
        complete -c quicpair -n __quicpair_takes_path -F
        complete -c quicpair -n 'not __quicpair_takes_path' -f -a '(
          quicpair "[suggest:"(commandline -C)"]" (commandline) 2>/dev/null)'
        """;

    public static Command Create(Terminal terminal)
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh or fish." };
        shell.Among("bash", "zsh", "fish");
        var command = new Command(
            "completion", "Print a completion script; for bash: source <(quicpair completion bash)") { shell };
        command.SetAction(parsed =>
        {
            terminal.Out.WriteLine(Script(
                parsed.GetValue(shell)!, PathPlaces.Of(parsed.RootCommandResult.Command)));
            return ExitCode.Ok;
        });
        return command;
    }

    private static string Script(string shell, PathPlaces paths) => shell switch
    {
        "bash" => Fill(Bash, string.Join('|', paths.Options), paths.Glob),
        "zsh" => Fill(Zsh, string.Join('|', paths.Options), paths.Glob),
        _ => Fill(Fish, string.Join(' ', paths.Options), paths.Regex),
    };

    private static string Fill(string script, string options, string commands) => script
        .Replace("OPTIONS", options, StringComparison.Ordinal)
        .Replace("COMMANDS", commands, StringComparison.Ordinal);
}
