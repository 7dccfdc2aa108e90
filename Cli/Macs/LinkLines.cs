using System.Text.RegularExpressions;

namespace QuicPair.Cli.Macs;

/// <summary>
/// Lines as they are typed and pasted, one after another: of a link that was broken over several, each may hold the
/// secret.
/// </summary>
internal sealed partial class LinkLines
{
    // What a person says in one word is shorter or plain, such as "yes": behind the beginning of a link it is asked,
    // and would give seven of the secret's 43 characters away at most.
    private const int RestCharacters = 8;

    // The same where other words follow: a sentence does not begin with so long and mixed a word.
    private const int RestOfSentence = 20;

    // How many characters of a link's data may still come.
    private int _missing;

    /// <summary>Why a line is not sent to a model, in one sentence; null when it may be.</summary>
    public string? Refusal(string line)
    {
        string[] words = LinkText.Bare(line);
        if (words.Length == 0) return null;
        var (last, isAlone) = (words[^1], words.Length == 1);
        var isRest = _missing > 0 && Rest().IsMatch(words[0]);
        var refusal = LinkText.Refusal(line) ?? (isRest && IsNoWord(words[0], isAlone) ? LinkText.Part : null);
        _missing = isRest && isAlone ? _missing - LinkText.DataAtEnd(last)
            : (isAlone ? LinkText.MayHoldSecret(last) : LinkText.HoldsSecret(last)) || Beginning().IsMatch(last)
                ? LinkText.DataCharacters - LinkText.DataAtEnd(last)
            : 0;
        return refusal;
    }

    private static bool IsNoWord(string word, bool isAlone) => isAlone
        ? word.Length >= RestCharacters || (word.Any(char.IsAsciiDigit) && word.Any(char.IsAsciiLetterUpper))
        : word.Length >= RestOfSentence && LinkText.IsMixed(word);

    // A line may end in a mark of its own for the break; = and \ are usual.
    [GeneratedRegex("\\A[#%.0-9E]{0,8}[A-Za-z0-9_-]{0,96}[=\\\\]?\\z")]
    private static partial Regex Rest();

    // Up to where a link has no data yet; from there on it is known by itself.
    [GeneratedRegex(
        "(?:://[^/\\s]+/p|(?:/|%2F)p(?:#|%23)1?)\\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Beginning();
}
