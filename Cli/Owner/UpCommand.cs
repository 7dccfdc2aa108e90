using System.CommandLine;
using QuicPair.Silo.Hosting;

namespace QuicPair.Cli.Owner;

/// <summary><c>quicpair up</c>: runs the daemon in this process.</summary>
internal static class UpCommand
{
    public static Command Create(Terminal terminal, Option<string?> home)
    {
        var settings = new Argument<string[]>("settings")
        {
            Arity = ArgumentArity.ZeroOrMore,
            Description = "Settings for the daemon, such as --FrontDoor:PublicUrl=https://home.example",
        };
        var command = new Command("up", "Run QuicPair on this Mac: its models become reachable for paired phones.")
        {
            settings,
        };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction((parsed, _) =>
        {
            string[] words = [.. parsed.GetValue(settings) ?? [], .. parsed.UnmatchedTokens];
            if (SettingNames.Problem(words) is { } problem)
            {
                return Task.FromResult(terminal.Fail(problem, ExitCode.Usage));
            }

            if (parsed.GetValue(home) is { } folder)
            {
                Environment.SetEnvironmentVariable("QUICPAIR_HOME", folder);
            }

            return DaemonProcess.Run(words, terminal.Error);
        });
        return command;
    }
}
