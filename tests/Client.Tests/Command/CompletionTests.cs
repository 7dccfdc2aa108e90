using System.CommandLine;
using QuicPair.Cli;
using QuicPair.Cli.Setup;
using CommandNode = System.CommandLine.Command;

namespace QuicPair.Client.Tests.Command;

/// <summary>The words that a shell is told, beside the tree of commands; its scripts are tested end to end.</summary>
public sealed class CompletionTests
{
    private readonly RootCommand _root =
        CommandLine.Root(new Terminal(TextReader.Null, TextWriter.Null, TextWriter.Null));

    [Fact]
    public void Every_command_and_every_option_is_told()
    {
        var places = Places(_root, "", []).ToList();
        Assert.Contains(places, place => place.Words.Contains("completion") && place.Words.Contains("--home"));
        Assert.Contains(places, place => place.Typed == "devices role ");

        Assert.All(places, place => Assert.Empty(place.Words.Except(Told(place.Typed))));
    }

    [Theory]
    [InlineData("completion ", "bash", "fish", "zsh")]
    [InlineData("devices role Ada ", "guest", "owner", "user")]
    public void The_words_that_an_argument_takes_are_told(string typed, params string[] words) =>
        Assert.Empty(words.Except(Told(typed)));

    [Fact]
    public void The_scripts_know_where_a_file_or_folder_is_typed()
    {
        var paths = PathPlaces.Of(_root);
        Assert.Equal(["--home", "--image", "--passphrase-file"], paths.Options);
        Assert.Equal(
            ["household front-door", "identity export", "identity import"],
            paths.Commands.Select(words => string.Join(' ', words)).Order(StringComparer.Ordinal));
    }

    private IEnumerable<string> Told(string typed)
    {
        var line = $"{RootCommand.ExecutableName} {typed}";
        return _root.Parse(line).GetCompletions(line.Length).Select(item => item.Label);
    }

    /// <summary>
    /// What is typed up to each command, and the words that may follow: subcommands, options, those of its parents.
    /// </summary>
    private static IEnumerable<(string Typed, string[] Words)> Places(
        CommandNode command, string typed, string[] inherited)
    {
        var commands = command.Subcommands.Where(sub => !sub.Hidden).ToList();
        var options = command.Options.Where(option => !option.Hidden).ToList();
        yield return (
            typed, [.. inherited, .. commands.Select(sub => sub.Name), .. options.Select(option => option.Name)]);
        string[] passedOn =
            [.. inherited, .. options.Where(option => option.Recursive).Select(option => option.Name)];
        foreach (var place in commands.SelectMany(sub => Places(sub, $"{typed}{sub.Name} ", passedOn)))
        {
            yield return place;
        }
    }
}
