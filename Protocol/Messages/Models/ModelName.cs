using System.Globalization;

namespace QuicPair.Protocol.Messages.Models;

/// <summary>
/// The form of a model's name in a request: 1 to 256 characters, no controls and format characters (QP/1 section 7.1).
/// </summary>
public static class ModelName
{
    private const int MaxLength = 256;

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
}
