using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace QuicPair.Protocol.Codec;

/// <summary>
/// The fields of one JSON object, read strictly: a field of the wrong kind makes the whole object invalid,
/// unknown ones are ignored. Read what is wanted, then ask <see cref="IsValid"/> once.
/// </summary>
internal sealed class JsonFields : IDisposable
{
    private readonly JsonElement _object;
    private readonly JsonDocument? _document;

    private JsonFields(JsonElement element, JsonDocument? document)
    {
        _object = element;
        _document = document;
        IsValid = element.ValueKind == JsonValueKind.Object;
    }

    /// <summary>Whether every field read so far had its kind.</summary>
    public bool IsValid { get; private set; }

    /// <summary>Parses a text that is one object; the caller disposes the result.</summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out JsonFields? fields)
    {
        fields = null;
        if (!StrictJson.TryParse(utf8, out var document))
        {
            return false;
        }

        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            document.Dispose();
            return false;
        }

        fields = new JsonFields(document.RootElement, document);
        return true;
    }

    /// <summary>The fields of an element inside the same document.</summary>
    public static JsonFields Of(JsonElement element) => new(element, null);

    /// <inheritdoc/>
    public void Dispose() => _document?.Dispose();

    /// <summary>Marks the object invalid unless <paramref name="holds"/>.</summary>
    public void Require(bool holds) => IsValid &= holds;

    /// <summary>Whether the object has the field.</summary>
    public bool Has(string name) => Find(name, out _);

    /// <summary>Whether the object has the field and it is a text.</summary>
    public bool IsText(string name) => Find(name, out var value) && value.ValueKind == JsonValueKind.String;

    /// <summary>A text that must be there.</summary>
    public string RequiredText(string name)
    {
        var text = OptionalText(name);
        Require(text is not null);
        return text ?? "";
    }

    /// <summary>A text, or null when absent.</summary>
    public string? OptionalText(string name) => Find(name, out var value) ? Text(value) : null;

    /// <summary>A number that must be there.</summary>
    public long RequiredNumber(string name)
    {
        var number = OptionalNumber(name);
        Require(number is not null);
        return number ?? 0;
    }

    /// <summary>A number of plain digits, or null when absent.</summary>
    public long? OptionalNumber(string name)
    {
        if (!Find(name, out var value))
        {
            return null;
        }

        Require(StrictJson.TryReadNumber(value, out var number));
        return number;
    }

    /// <summary>A real number, or null when absent.</summary>
    public double? OptionalReal(string name)
    {
        if (!Find(name, out var value))
        {
            return null;
        }

        Require(StrictJson.TryReadReal(value, out var real));
        return real;
    }

    /// <summary>A truth value, or null when absent.</summary>
    public bool? OptionalFlag(string name)
    {
        if (!Find(name, out var value))
        {
            return null;
        }

        Require(value.ValueKind is JsonValueKind.True or JsonValueKind.False);
        return value.ValueKind == JsonValueKind.True;
    }

    /// <summary>An object, or null when absent.</summary>
    public JsonFields? OptionalObject(string name)
    {
        if (!Find(name, out var value))
        {
            return null;
        }

        Require(value.ValueKind == JsonValueKind.Object);
        return Of(value);
    }

    /// <summary>The JSON text of an array or object, or null when absent.</summary>
    public string? OptionalRaw(string name, JsonValueKind kind)
    {
        if (!Find(name, out var value))
        {
            return null;
        }

        Require(value.ValueKind == kind);
        return value.GetRawText();
    }

    /// <summary>The elements of an array, or null when absent.</summary>
    public IReadOnlyList<JsonElement>? OptionalArray(string name)
    {
        if (!Find(name, out var value))
        {
            return null;
        }

        Require(value.ValueKind == JsonValueKind.Array);
        return value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : [];
    }

    /// <summary>An array of texts, or null when absent.</summary>
    public IReadOnlyList<string>? OptionalTexts(string name) =>
        OptionalArray(name) is { } items ? [.. items.Select(item => Text(item) ?? "")] : null;

    private string? Text(JsonElement value)
    {
        Require(value.ValueKind == JsonValueKind.String);
        return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
    }

    private bool Find(string name, out JsonElement value)
    {
        value = default;
        return _object.ValueKind == JsonValueKind.Object && _object.TryGetProperty(name, out value);
    }
}
