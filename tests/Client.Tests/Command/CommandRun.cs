using QuicPair.Cli;

namespace QuicPair.Client.Tests.Command;

/// <summary>What one run of the command gave.</summary>
internal sealed record CommandRun(int ExitCode, string Out, string Error)
{
    public static Task<CommandRun> Of(string input, bool hasScreen, params string[] arguments) =>
        Of(input, hasScreen, usesColor: false, arguments);

    /// <summary>As a person sees it whose terminal has colours.</summary>
    public static Task<CommandRun> InColor(params string[] arguments) =>
        Of("", hasScreen: true, usesColor: true, arguments);

    private static async Task<CommandRun> Of(string input, bool hasScreen, bool usesColor, string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var terminal = new Terminal(new StringReader(input), output, error)
        {
            HasKeyboard = input.Length > 0 && hasScreen,
            HasScreen = hasScreen,
            HasErrorScreen = hasScreen,
            UsesColor = usesColor,
        };
        var code = await CommandLine.Run(arguments, terminal);
        return new CommandRun(code, output.ToString(), error.ToString());
    }

    public static Task<CommandRun> Of(params string[] arguments) => Of("", hasScreen: false, arguments);
}
