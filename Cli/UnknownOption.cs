using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

namespace QuicPair.Cli;

/// <summary>
/// A word that begins with <c>-</c> and is no option: taken for text, a slip would be asked. Behind <c>--</c> every
/// word is text, and <c>-</c> alone is a word; so is what holds several words.
/// </summary>
internal static class UnknownOption
{
    // Ours: one slip in three letters; beyond that it is another word.
    private const int LettersPerSlip = 3;

    private static readonly char[] Ends = ['=', ':'];

    /// <summary>One sentence about the first one; null when there is none.</summary>
    public static string? Problem(ParseResult parsed)
    {
        // Help and completion heed nothing else; a command that takes settings looks at its words itself.
        var command = parsed.CommandResult;
        var isRun = parsed.Action is null or ParseErrorAction || parsed.Action == command.Command.Action;
        if (!isRun || !command.Command.TreatUnmatchedTokensAsErrors) return null;
        var values = new HashSet<Token>(
            UsageProblem.Chain(command)
                .SelectMany(result => result.Children).OfType<OptionResult>().SelectMany(option => option.Tokens),
            ReferenceEqualityComparer.Instance);
        var word = parsed.Tokens.TakeWhile(token => token.Type != TokenType.DoubleDash)
            .FirstOrDefault(token =>
                token.Type == TokenType.Argument && token.Value is ['-', _, ..] && !values.Contains(token)
                && !Name(token.Value).Any(char.IsWhiteSpace));
        return word is null ? null : Sentence(word.Value, command);
    }

    private static string Sentence(string word, CommandResult command)
    {
        var name = Terminal.Harmless(Name(word));
        var unknown = $"'{name}' is no option of {UsageProblem.Typed(command)}";
        return Nearest(name, command) is { } nearest ? $"{unknown}; did you mean {nearest}?"
            : command.Command.Arguments.Count > 0 ? $"{unknown}; a text that begins with - goes behind --."
            : $"{unknown}.";
    }

    // A sentence has a space behind its colon, a value has none before it.
    private static string Name(string word)
    {
        var end = word.IndexOfAny(Ends);
        return end < 0 || (end + 1 < word.Length && char.IsWhiteSpace(word[end + 1])) ? word : word[..end];
    }

    private static string? Nearest(string name, CommandResult command)
    {
        var typed = name.TrimStart('-').ToLowerInvariant();
        return UsageProblem.Chain(command)
            .SelectMany(result => result.Command.Options.Where(option =>
                !option.Hidden && (option.Recursive || result == command)))
            .SelectMany(option => option.Aliases.Prepend(option.Name))
            .Where(known => known.StartsWith("--", StringComparison.Ordinal))
            .Select(known => (Name: known, Slips: Slips(typed, known[2..])))
            .Where(known => known.Slips * LettersPerSlip <= known.Name.Length - 2)
            .OrderBy(known => known.Slips)
            .Select(known => known.Name)
            .FirstOrDefault();
    }

    /// <summary>How many letters were changed, added, left out, or exchanged with their neighbour.</summary>
    private static int Slips(string typed, string known)
    {
        var before = new int[known.Length + 1];
        int[] last = [.. Enumerable.Range(0, known.Length + 1)];
        for (var row = 1; row <= typed.Length; row++)
        {
            var next = new int[known.Length + 1];
            next[0] = row;
            for (var column = 1; column <= known.Length; column++)
            {
                var changed = typed[row - 1] == known[column - 1] ? 0 : 1;
                next[column] = Math.Min(Math.Min(last[column], next[column - 1]) + 1, last[column - 1] + changed);
                var isExchanged = row > 1 && column > 1
                    && typed[row - 1] == known[column - 2] && typed[row - 2] == known[column - 1];
                if (isExchanged) next[column] = Math.Min(next[column], before[column - 2] + 1);
            }

            (before, last) = (last, next);
        }

        return last[known.Length];
    }
}
