using System.CommandLine;

namespace QuicPair.Cli;

/// <summary>Arguments that are one of a few words.</summary>
internal static class Choices
{
    /// <summary>The argument, which takes one of these words, said in this order; a shell is told them.</summary>
    public static Argument<T> Among<T>(this Argument<T> argument, params string[] words)
    {
        argument.CompletionSources.Add(words);
        argument.Validators.Add(result =>
        {
            foreach (var token in result.Tokens)
            {
                if (words.Contains(token.Value)) continue;
                result.AddError($"'{Terminal.Harmless(token.Value)}' is none of: {string.Join(", ", words)}.");
            }
        });
        return argument;
    }
}
