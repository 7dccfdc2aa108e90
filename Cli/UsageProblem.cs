using System.CommandLine;
using System.CommandLine.Parsing;
using QuicPair.Cli.Macs;

namespace QuicPair.Cli;

/// <summary>Why a command line cannot be understood.</summary>
internal static class UsageProblem
{
    /// <summary>One sentence; null when nothing is wrong.</summary>
    public static string? Of(ParseResult parsed)
    {
        if (UnknownOption.Problem(parsed) is { } slip) return slip;
        if (parsed.Errors.Count == 0) return null;
        if (parsed.UnmatchedTokens is [var token, ..])
        {
            // What may hold a secret is not repeated.
            return LinkText.HoldsSecret(token)
                ? "A QuicPair link has its place in: quicpair chat '<link>'"
                : $"'{Terminal.Harmless(token)}' is not understood here.";
        }

        if (parsed.CommandResult.Command is { Action: null, Subcommands.Count: > 0 } parent) return Missing(parent);
        string[] words = parsed.Errors[0].Message.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries);
        return string.Join(' ', words);
    }

    /// <summary>The command as it is typed, such as <c>quicpair identity export</c>.</summary>
    public static string Typed(CommandResult command) => string.Join(
        ' ',
        Chain(command).Reverse().Select(result =>
            result.Command is RootCommand { HelpName: { } name } ? name : result.Command.Name));

    /// <summary>The command and those above it, up to the root.</summary>
    public static IEnumerable<CommandResult> Chain(CommandResult command)
    {
        for (var at = command; at is not null; at = at.Parent as CommandResult) yield return at;
    }

    private static string Missing(Command parent)
    {
        string[] names = [.. parent.Subcommands.Where(command => !command.Hidden).Select(command => command.Name)];
        return parent is RootCommand || names.Length == 0 ? "A command is missing."
            : names.Length == 1 ? $"A command is missing: {names[0]}."
            : $"A command is missing: {string.Join(", ", names[..^1])} or {names[^1]}.";
    }
}
