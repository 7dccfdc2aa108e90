using System.CommandLine;
using System.CommandLine.Completions;

namespace QuicPair.Cli;

/// <summary>Options and arguments that are paths: an empty one, as of an unset variable, names nothing.</summary>
internal static class PathWords
{
    // The program has no words for it: the shell knows files better, and this is how its script is told where.
    private static readonly Func<CompletionContext, IEnumerable<CompletionItem>> Files = _ => [];

    /// <summary>Whether a file or folder follows the option.</summary>
    public static bool TakesPath(Option option) => option.CompletionSources.Contains(Files);

    /// <summary>Whether the argument is a file or folder.</summary>
    public static bool TakesPath(Argument argument) => argument.CompletionSources.Contains(Files);

    /// <summary>The option, whose values a shell completes with its files.</summary>
    public static Option<string[]> OfFiles(this Option<string[]> option)
    {
        option.CompletionSources.Add(Files);
        return option;
    }

    /// <summary>The option, which refuses an empty text.</summary>
    public static Option<string?> AsPath(this Option<string?> option)
    {
        option.CompletionSources.Add(Files);
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is "") result.AddError(Sentence(option.Name));
        });
        return option;
    }

    /// <summary>The argument, which refuses an empty text.</summary>
    public static Argument<string> AsPath(this Argument<string> argument)
    {
        argument.CompletionSources.Add(Files);
        argument.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is "") result.AddError(Sentence(argument.Name));
        });
        return argument;
    }

    private static string Sentence(string word) => $"'{word}' is a path and cannot be empty.";
}
