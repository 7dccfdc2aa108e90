using System.Text.Json;
using System.Text.Unicode;

namespace QuicPair.Cli;

/// <summary>JSON of somebody else, before its texts are read.</summary>
internal static class JsonText
{
    /// <summary>
    /// Whether every text in it is whole characters. JSON may name half of a surrogate pair, and reading that throws.
    /// </summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static bool IsWhole(ReadOnlySpan<byte> utf8)
    {
        if (!Utf8.IsValid(utf8)) return false;
        var reader = new Utf8JsonReader(utf8);
        try
        {
            while (reader.Read())
            {
                if (reader.ValueIsEscaped) _ = reader.GetString();
            }

            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
