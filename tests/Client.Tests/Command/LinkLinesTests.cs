using QuicPair.Cli.Macs;
using QuicPair.Protocol;

namespace QuicPair.Client.Tests.Command;

/// <summary>A link that is pasted over several lines, and what people type besides.</summary>
public sealed class LinkLinesTests
{
    private const string Beginning = "https://mac.example:8443/p";

    // Where the secret is in the 96 characters of data.
    private const int SecretBegins = 45;
    private const int SecretEnds = 88;

    // What is shorter may be a word.
    private const int Shortest = 8;

    private static readonly string Link = new PairingLink
    {
        Origin = "https://mac.example:8443",
        MacPublicKey = [.. Enumerable.Range(0, 32).Select(number => (byte)(number * 7))],
        Secret = [.. Enumerable.Range(0, 32).Select(number => (byte)(number * 37 % 256))],
        Expiry = 2_000_000_000,
    }.Format();

    private static readonly int Data = Link.IndexOf('#', StringComparison.Ordinal) + "#1.".Length;

    [Fact]
    public void Wherever_a_link_is_broken_no_line_with_a_part_of_its_secret_is_asked()
    {
        for (var first = 1; first < Link.Length; first++)
        {
            // The last of them is a link of two lines.
            for (var second = first + 1; second <= Link.Length; second++) AssertKept(first, second, Link.Length);
        }
    }

    [Theory]
    [InlineData("#")]
    [InlineData("#1")]
    [InlineData("#1.")]
    [InlineData("#1.A")]
    [InlineData("%231%2E")]
    public void The_rest_of_a_link_is_not_asked_in_whatever_lines_it_comes(string beginning)
    {
        var lines = new LinkLines();
        Assert.Equal(beginning.Length > 2, lines.Refusal(Beginning + beginning) is not null);
        Assert.Equal(LinkText.Part, lines.Refusal(Link[(Data + 1)..(Data + 31)]));
        Assert.Equal(LinkText.Part, lines.Refusal($"> {Link[(Data + 31)..(Data + 42)]}="));
        Assert.Equal(LinkText.Part, lines.Refusal(Link[(Data + 42)..(Data + 60)]));
        Assert.Equal(LinkText.Part, lines.Refusal($"{Link[(Data + 60)..]} is what I got."));
        Assert.Null(lines.Refusal("Photosynthesis"));
    }

    [Fact]
    public void Behind_the_beginning_of_a_link_sentences_and_short_plain_words_are_asked()
    {
        var lines = new LinkLines();
        Assert.Null(lines.Refusal(Beginning));
        Assert.Null(lines.Refusal("yes"));
        Assert.Null(lines.Refusal("Hello!"));
        Assert.Equal(LinkText.Part, lines.Refusal("AQbcdE7"));
        Assert.Equal(LinkText.Part, lines.Refusal("photosynthesis"));
        Assert.Null(lines.Refusal("What is photosynthesis?"));
        Assert.Null(lines.Refusal("photosynthesis"));
        Assert.Null(lines.Refusal("What is aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3aB3?"));
        Assert.Null(lines.Refusal("Continue"));
        Assert.Null(lines.Refusal("Please solve P#1."));
        Assert.Null(lines.Refusal("Continue"));
    }

    [Fact]
    public void Behind_a_whole_link_every_word_is_asked()
    {
        var lines = new LinkLines();
        Assert.NotNull(lines.Refusal(Link));
        Assert.Null(lines.Refusal("photosynthesis"));
        Assert.NotNull(lines.Refusal(Link[Data..]));
        Assert.Null(lines.Refusal("photosynthesis"));
        Assert.NotNull(lines.Refusal($"What is {Link} for?"));
        Assert.Null(lines.Refusal("photosynthesis"));
    }

    [Theory]
    [InlineData(true, "https://mac.example/p#1.")]
    [InlineData(true, "What is https://mac.example/p#1.A for?")]
    [InlineData(true, "https%3A%2F%2Fmac.example%2Fp%231%2E")]
    [InlineData(true, "aB3_aB3_aB3_aB3_aB3_aB3_aB3_aB3_aB3_aB3_aB3")]
    [InlineData(false, "aB3_aB3_aB3_aB3_aB3_aB3_aB3_aB3_aB3_aB3_aB")]
    [InlineData(false, "Is aB3_aB3_aB3_aB3_aB3_aB3_aB3_aB3_aB3_aB3_aB3 a good password?")]
    [InlineData(false, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData(false, "https://mac.example/p")]
    [InlineData(false, "https://mac.example/p#10")]
    [InlineData(false, "https://example.org/map#1.5")]
    public void A_part_with_its_mark_is_refused_and_a_lone_word_as_long_and_mixed(bool isRefused, string text) =>
        Assert.Equal(isRefused, LinkText.Refusal(text) is not null);

    private static void AssertKept(params int[] ends)
    {
        var lines = new LinkLines();
        var begin = 0;
        foreach (var end in ends.Distinct())
        {
            var ofSecret = Math.Min(end, Data + SecretEnds) - Math.Max(begin, Data + SecretBegins);
            var line = Link[begin..end];
            var isAsked = lines.Refusal(line) is null;
            Assert.False(
                isAsked && ofSecret > 0 && line.Length >= Shortest, $"{string.Join(", ", ends)}: {line} is asked");
            begin = end;
        }
    }
}
