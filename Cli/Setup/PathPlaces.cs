using System.CommandLine;

namespace QuicPair.Cli.Setup;

/// <summary>Where a file or folder is typed, as the scripts of the shells look for it.</summary>
/// <param name="Options">The options that are followed by one.</param>
/// <param name="Commands">The commands that take one, each in its words, such as <c>identity export</c>.</param>
internal sealed record PathPlaces(IReadOnlyList<string> Options, IReadOnlyList<string[]> Commands)
{
    /// <summary>As a pattern of bash and zsh for the words up to the cursor's, between spaces.</summary>
    public string Glob => string.Join('|', Commands.Select(words => $"*\" {string.Join(" \"*\"", words)} \"*"));

    /// <summary>The same as a regular expression of fish.</summary>
    public string Regex => string.Join('|', Commands.Select(words => $" {string.Join(" (.* )?", words)} "));

    /// <summary>Those of a command and all below it.</summary>
    public static PathPlaces Of(Command root)
    {
        var (options, commands) = (new SortedSet<string>(StringComparer.Ordinal), new List<string[]>());
        Add(root, []);
        return new PathPlaces([.. options], commands);

        void Add(Command command, string[] words)
        {
            foreach (var option in command.Options.Where(PathWords.TakesPath))
            {
                options.Add(option.Name);
                options.UnionWith(option.Aliases);
            }

            if (command.Arguments.Any(PathWords.TakesPath)) commands.Add(words);
            foreach (var sub in command.Subcommands) Add(sub, [.. words, sub.Name]);
        }
    }
}
