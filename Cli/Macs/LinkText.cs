using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using QuicPair.Protocol;

namespace QuicPair.Cli.Macs;

/// <summary>Links as they are typed and pasted: what may hold the secret of one is never asked.</summary>
internal static partial class LinkText
{
    private const int DataCharacters = PairingLink.DataLength * 4 / 3;

    // What a sentence puts around a word.
    private static readonly char[] Marks = [.. "\"'`()[]{}<>,.;:!?“”„«»"];

    /// <summary>Reads a link; <paramref name="problem"/> is one sentence when it is refused, else empty.</summary>
    public static bool TryRead(string text, [NotNullWhen(true)] out PairingLink? link, out string problem)
    {
        var accepted = PairingLink.TryParse(text, out link, out problem);
        if (!accepted && !HasScheme(text)) problem = Refusal(text) ?? problem;
        return accepted;
    }

    /// <summary>Why a text is not sent to a model, in one sentence; null when it may be.</summary>
    public static string? Refusal(string text)
    {
        string[] words = text.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries);
        return !words.Any(HoldsSecret) ? null
            : words.Length > 1 || HasScheme(words[0])
                ? "A QuicPair link, or a part of one, is never sent to a model; to pair: quicpair chat '<link>'"
            : PairingLink.TryParse($"https://{words[0]}", out _, out LinkProblem _)
                ? "This QuicPair link lacks its beginning; take it from http:// or https:// on."
                : "This is not a whole QuicPair link; take it from http:// or https:// on.";
    }

    /// <summary>Whether a word is a link, or the part of one that its secret is in.</summary>
    public static bool HoldsSecret(string word)
    {
        var bare = word.Trim(Marks);
        return Fragment().IsMatch(word)
            || Code().IsMatch(bare)
            || (bare.Length == DataCharacters
                && PairingLink.TryParse($"https://mac.example/p#1.{bare}", out _, out LinkProblem _));
    }

    /// <summary>Whether a word begins as a web address does.</summary>
    public static bool HasScheme(string word) =>
        word.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
        || word.StartsWith("http://", StringComparison.OrdinalIgnoreCase);

    // As it is, and as programs that pass links on write it.
    [GeneratedRegex("(?:#|%23)1(?:\\.|%2E)[A-Z0-9_-]{20}", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Fragment();

    // The data begins with its version, 1, and four flags at most (QP/1 section 2): other words and numbers do not.
    [GeneratedRegex("(?<![A-Za-z0-9_-])1\\.AQ[A-P][A-Za-z0-9_-]{17}")]
    private static partial Regex Code();
}
