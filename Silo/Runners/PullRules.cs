using System.Buffers;
using System.Text.RegularExpressions;

namespace QuicPair.Silo.Runners;

/// <summary>
/// Which models may be pulled: the owner's list of names, in which <c>*</c> stands for any characters but <c>/</c>.
/// A name is brought into the form <c>host/namespace/model:tag</c> as Ollama does it, so that no other spelling goes
/// around the list.
/// </summary>
internal sealed class PullRules
{
    private const string Registry = "registry.ollama.ai";
    private const string Library = "library";
    private const int Parts = 3;

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-:");

    private readonly Regex[] _allowed;

    public PullRules(IEnumerable<string> patterns) =>
        _allowed = [.. patterns.Select(Pattern).OfType<Regex>()];

    public bool Allows(string name) =>
        Full(name, anyTag: false, NameCharacters) is { } full && _allowed.Any(pattern => pattern.IsMatch(full));

    private static Regex? Pattern(string pattern)
    {
        var characters = SearchValues.Create(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-:*");
        if (Full(pattern, anyTag: true, characters) is not { } full) return null;
        var expression = Regex.Escape(full).Replace("\\*", "[^/]*", StringComparison.Ordinal);
        return new Regex(
            $"^{expression}\\z",
            RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
    }

    /// <summary>The full form, or null when it is no name.</summary>
    private static string? Full(string name, bool anyTag, SearchValues<char> characters)
    {
        var parts = name.Split('/');
        if (parts.Length > Parts) return null;
        if (parts.Any(part => part.Length == 0 || part[0] is '.' or '-' || part.AsSpan().ContainsAnyExcept(characters)))
        {
            return null;
        }

        var model = parts[^1];
        if (model.Count(character => character == ':') > 1 || model.StartsWith(':') || model.EndsWith(':')) return null;
        if (!model.Contains(':')) model += anyTag ? ":*" : ":latest";
        return parts.Length switch
        {
            1 => $"{Registry}/{Library}/{model}",
            2 => parts[0].Contains(':') ? null : $"{Registry}/{parts[0]}/{model}",
            _ => parts[1].Contains(':') ? null : $"{parts[0]}/{parts[1]}/{model}",
        };
    }
}
