using System.CommandLine;

namespace QuicPair.Cli;

/// <summary>Options and arguments that are paths: an empty one, as of an unset variable, names nothing.</summary>
internal static class PathWords
{
    /// <summary>The option, which refuses an empty text.</summary>
    public static Option<string?> AsPath(this Option<string?> option)
    {
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is "") result.AddError(Sentence(option.Name));
        });
        return option;
    }

    /// <summary>The argument, which refuses an empty text.</summary>
    public static Argument<string> AsPath(this Argument<string> argument)
    {
        argument.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is "") result.AddError(Sentence(argument.Name));
        });
        return argument;
    }

    private static string Sentence(string word) => $"'{word}' is a path and cannot be empty.";
}
