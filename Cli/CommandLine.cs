using System.CommandLine;
using QuicPair.Cli.Bench;
using QuicPair.Cli.Chatting;
using QuicPair.Cli.Doctor;
using QuicPair.Cli.Identity;
using QuicPair.Cli.Models;
using QuicPair.Cli.Owner;
using QuicPair.Cli.Proxy;
using QuicPair.Cli.Setup;
using QuicPair.Client;
using QuicPair.Client.Store;

namespace QuicPair.Cli;

/// <summary>
/// The <c>quicpair</c> command: what can be typed, and how failures become one sentence and an exit code.
/// </summary>
internal static class CommandLine
{
    /// <summary>Runs the command line.</summary>
    public static async Task<int> Run(string[] arguments, Terminal terminal)
    {
        var root = Root(terminal);
        // A prompt may begin with @, and is no file of more arguments.
        var text = new ParserConfiguration { ResponseFileTokenReplacer = null };
        var parsed = root.Parse(arguments.Length == 0 ? ["--help"] : arguments, text);
        if (UsageProblem.Of(parsed) is { } problem)
        {
            terminal.Error.WriteLine(problem);
            return terminal.Fail($"Try: {UsageProblem.Typed(parsed.CommandResult)} --help", ExitCode.Usage);
        }

        // Ctrl-C belongs to the commands: in a chat it cancels the answer only.
        var configuration = new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
            Output = terminal.Out,
            Error = terminal.Error,
        };
        try
        {
            return await parsed.InvokeAsync(configuration);
        }
        catch (ConnectException failure)
        {
            return terminal.Fail(failure.Message, Code(failure.Reason));
        }
        catch (PairingStoreException failure)
        {
            return terminal.Fail(failure.Message, ExitCode.Failed);
        }
        catch (AnswerException failure)
        {
            return terminal.Fail(Terminal.Harmless(failure.Message), Code(failure.Code));
        }
        catch (DaemonException failure)
        {
            return terminal.Fail(failure.Message, failure.ExitCode);
        }
        catch (OperationCanceledException)
        {
            return terminal.Fail("Cancelled.", ExitCode.Failed);
        }
    }

    /// <summary>Every command and option.</summary>
    public static RootCommand Root(Terminal terminal)
    {
        var home = new Option<string?>("--home")
        {
            Description = "The data folder; default QUICPAIR_HOME or the platform's place.",
            Recursive = true,
        }.AsPath();
        var root = new RootCommand("Talk from your phone, or any machine, to the language models of your own Mac.")
        {
            home,
            ChatCommand.Create(terminal, home),
            PairCommand.Create(terminal, home),
            DevicesCommand.Create(terminal, home),
            StatusCommand.Create(terminal, home),
            ModelsCommand.Create(terminal, home),
            ProxyCommand.Create(terminal, home),
            BenchCommand.Create(terminal, home),
            IdentityCommand.Create(terminal, home),
            ConfigCommand.Create(terminal, home),
            VersionCommand.Create(terminal),
            CompletionCommand.Create(terminal),
            UpCommand.Create(terminal, home),
            DoctorCommand.Create(terminal, home),
            HouseholdCommand.Create(terminal, home),
            InviteCommand.Create(terminal, home),
            JoinCommand.Create(terminal, home),
            MacsCommand.Create(terminal, home),
        };
        root.HelpName = "quicpair";
        return root;
    }

    /// <summary>The exit code of an error of the Mac.</summary>
    public static int Code(ErrorCode code) =>
        code is ErrorCode.NotAllowed or ErrorCode.Revoked ? ExitCode.Refused : ExitCode.Failed;

    /// <summary>The exit code of a connection that is not there.</summary>
    public static int Code(ConnectFailure reason) => reason switch
    {
        ConnectFailure.Refused or ConnectFailure.Revoked or ConnectFailure.Forged
            or ConnectFailure.FingerprintMismatch => ExitCode.Refused,
        ConnectFailure.Version or ConnectFailure.Protocol or ConnectFailure.Pairing or ConnectFailure.Handshake =>
            ExitCode.Failed,
        _ => ExitCode.Unreachable,
    };
}
