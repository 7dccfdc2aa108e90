using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using QuicPair.Protocol;

namespace QuicPair.Cli.Macs;

/// <summary>Links as they are typed and pasted: what may hold the secret of one is never asked.</summary>
internal static partial class LinkText
{
    /// <summary>How many characters of data a link has behind <c>#1.</c>.</summary>
    public const int DataCharacters = PairingLink.DataLength * 4 / 3;

    /// <summary>What is said of a part of a link.</summary>
    public const string Part = "This is not a whole QuicPair link; take it from http:// or https:// on.";

    // 32 bytes in base64url.
    private const int SecretCharacters = 43;

    private static readonly SearchValues<char> Data =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

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
        string[] words = Words(text);
        var holdsSecret = words.Length == 1 ? MayHoldSecret(words[0]) : words.Any(HoldsSecret);
        return !holdsSecret ? null
            : words.Length > 1 || HasScheme(words[0])
                ? "A QuicPair link, or a part of one, is never sent to a model; to pair: quicpair chat '<link>'"
            : PairingLink.TryParse($"https://{words[0]}", out _, out LinkProblem _)
                ? "This QuicPair link lacks its beginning; take it from http:// or https:// on."
                : Part;
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

    /// <summary>The same of a word that stands alone: it may also be the secret without what is around it.</summary>
    public static bool MayHoldSecret(string word) => HoldsSecret(word) || MayBeSecret(word.Trim(Marks));

    /// <summary>The words of a text without what a sentence puts around them.</summary>
    public static string[] Bare(string text) =>
        [.. Words(text).Select(word => word.Trim(Marks)).Where(word => word.Length > 0)];

    /// <summary>With how many characters a word ends that the data of a link may have.</summary>
    public static int DataAtEnd(string word) => word.Length - 1 - word.AsSpan().LastIndexOfAnyExcept(Data);

    /// <summary>Whether a word has what random data have, and a word of a language has not.</summary>
    public static bool IsMixed(string word) =>
        word.Any(char.IsAsciiLetterUpper) && word.Any(char.IsAsciiLetterLower) && word.Any(char.IsAsciiDigit);

    /// <summary>Whether a word begins as a web address does.</summary>
    public static bool HasScheme(string word) =>
        word.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
        || word.StartsWith("http://", StringComparison.OrdinalIgnoreCase);

    private static string[] Words(string text) => text.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries);

    private static bool MayBeSecret(string bare) =>
        bare.Length is >= SecretCharacters and <= DataCharacters && DataAtEnd(bare) == bare.Length && IsMixed(bare);

    // As it is, and as programs that pass links on write it; behind its path without any data, too.
    [GeneratedRegex(
        "(?:#|%23)1(?:\\.|%2E)[A-Z0-9_-]{20}|(?:%2F|/)p(?:#|%23)1(?:\\.|%2E)|\\A(?-i:p)(?:#|%23)1(?:\\.|%2E)(?-i:A)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Fragment();

    // The data begins with its version, 1, and four flags at most (QP/1 section 2): other words and numbers do not.
    [GeneratedRegex("(?<![A-Za-z0-9_-])1\\.AQ[A-P][A-Za-z0-9_-]{17}")]
    private static partial Regex Code();
}
