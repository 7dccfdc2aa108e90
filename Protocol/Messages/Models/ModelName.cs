using System.Globalization;

namespace QuicPair.Protocol.Messages.Models;

/// <summary>
/// The form of a model's name in a request: 1 to 256 characters, no controls and format characters (QP/1 section 7.1).
/// Beside that what a name without a tag means to people: as in Ollama, the model tagged <c>latest</c>.
/// </summary>
public static class ModelName
{
    private const int MaxLength = 256;
    private const string Latest = ":latest";

    /// <summary>Whether <paramref name="name"/> has the form.</summary>
    public static bool IsValid(ReadOnlySpan<char> name)
    {
        if (name.Length is 0 or > MaxLength) return false;
        foreach (var character in name)
        {
            if (char.GetUnicodeCategory(character) is UnicodeCategory.Control or UnicodeCategory.Format) return false;
        }

        return true;
    }

    /// <summary>Whether a name that a person said means that model: as it is, or with <c>:latest</c> added.</summary>
    public static bool StandsFor(string said, string model) =>
        model == said || (!HasTag(said) && model == said + Latest);

    /// <summary>
    /// The one of some models that a name means; exactly that one goes before the one tagged <c>latest</c>. Null when
    /// there is neither.
    /// </summary>
    public static string? Find(string said, IEnumerable<string> models)
    {
        string? latest = null;
        foreach (var model in models)
        {
            if (model == said) return model;
            if (latest is null && StandsFor(said, model)) latest = model;
        }

        return latest;
    }

    /// <summary>
    /// Whether a model that a name may mean is allowed: the one of that name, or the one tagged <c>latest</c>.
    /// </summary>
    public static bool MayMeanAny(string said, Func<string, bool> isAllowed)
    {
        ArgumentNullException.ThrowIfNull(isAllowed);
        return isAllowed(said) || (!HasTag(said) && isAllowed(said + Latest));
    }

    /// <summary>Whether it has a tag; a colon before the last slash belongs to a registry's port.</summary>
    public static bool HasTag(string name) => name.LastIndexOf(':') > name.LastIndexOf('/');
}
