using System.Text.Json;

namespace QuicPair.Silo.Runners.Ollama;

/// <summary>What one line of Ollama's answer says about the answer itself.</summary>
/// <param name="Done">Whether it is the last line: of an answer, or of a pull.</param>
/// <param name="Error">Ollama's error, or null.</param>
internal readonly record struct OllamaLine(bool Done, string? Error)
{
    private const int SentenceCharacters = 300;

    /// <summary>Reads the two fields of one JSON object.</summary>
    /// <exception cref="JsonException">It is not a JSON object.</exception>
    public static OllamaLine Read(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw new JsonException();
        var done = false;
        var success = false;
        string? error = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isDone = reader.ValueTextEquals("done"u8);
            var isError = reader.ValueTextEquals("error"u8);
            var isStatus = reader.ValueTextEquals("status"u8);
            reader.Read();
            if (isDone) done = reader.TokenType == JsonTokenType.True;
            if (isError) error = reader.TokenType == JsonTokenType.String ? reader.GetString() : "";
            if (isStatus) success = reader.TokenType == JsonTokenType.String && reader.ValueTextEquals("success"u8);
            reader.Skip();
        }

        return new OllamaLine(done || success, error);
    }

    /// <summary>A runner's words as one sentence for people, or null when it said nothing.</summary>
    public static string? Sentence(string said, string runner = "Ollama")
    {
        var words = new string([.. said.Where(character => !char.IsControl(character)
            && !char.IsSurrogate(character))])
            .Trim();
        if (words.Length == 0) return null;
        if (words.Length > SentenceCharacters) words = words[..SentenceCharacters] + "…";
        return $"{runner} says: {words}";
    }
}
