using QuicPair.Cli;

namespace QuicPair.Client.Tests.Command;

/// <summary>What one run of the command gave.</summary>
internal sealed record CommandRun(int ExitCode, string Out, string Error)
{
    public static async Task<CommandRun> Of(string input, bool hasScreen, params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var terminal = new Terminal(new StringReader(input), output, error)
        {
            HasKeyboard = input.Length > 0 && hasScreen,
            HasScreen = hasScreen,
            HasErrorScreen = hasScreen,
        };
        var code = await CommandLine.Run(arguments, terminal);
        return new CommandRun(code, output.ToString(), error.ToString());
    }

    public static Task<CommandRun> Of(params string[] arguments) => Of("", hasScreen: false, arguments);
}
