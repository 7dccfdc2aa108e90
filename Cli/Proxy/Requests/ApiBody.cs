using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace QuicPair.Cli.Proxy.Requests;

/// <summary>
/// A JSON object of a request. A field of the wrong kind is refused by name; null counts as absent; unknown fields are
/// ignored, as the APIs do.
/// </summary>
internal sealed class ApiBody(JsonElement element)
{
    private const int MaxBytes = 8 * 1024 * 1024 - 64 * 1024;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 32 };

    /// <summary>Reads the body of a request.</summary>
    /// <exception cref="ProxyException">It is too large, or no JSON object.</exception>
    public static async Task<ApiBody> Read(HttpContext http)
    {
        if (http.Request.ContentLength > MaxBytes) throw TooLarge();
        using var body = new MemoryStream();
        var part = new byte[16 * 1024];
        while (await http.Request.Body.ReadAsync(part, http.RequestAborted) is var count and > 0)
        {
            if (body.Length + count > MaxBytes) throw TooLarge();
            body.Write(part, 0, count);
        }

        try
        {
            var bytes = body.ToArray();
            var element = JsonElement.Parse(bytes, Strict);
            if (element.ValueKind != JsonValueKind.Object) throw ProxyException.Bad("The body is not a JSON object.");
            return JsonText.IsWhole(bytes)
                ? new ApiBody(element)
                : throw ProxyException.Bad("The body holds a text with half a character.");
        }
        catch (JsonException)
        {
            throw ProxyException.Bad("The body is not valid JSON.");
        }
    }

    /// <summary>The object's JSON.</summary>
    public string Json => element.GetRawText();

    /// <summary>The field; null when it is absent.</summary>
    public JsonElement? Find(string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public bool Has(string name) => Find(name) is not null;

    public string? Text(string name) => Kind(name, JsonValueKind.String)?.GetString();

    /// <summary>A text that must be there.</summary>
    public string RequiredText(string name) => Text(name) is { Length: > 0 } text
        ? text
        : throw ProxyException.Bad($"{name} is required", name);

    public bool? Flag(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => throw Wrong(name),
    };

    public double? Number(string name) => Kind(name, JsonValueKind.Number)?.GetDouble();

    /// <summary>A count; a negative one stands for the model's own, as both APIs have it.</summary>
    public long? Count(string name) => Number(name) switch
    {
        null or < 0 => null,
        { } value when value <= 1L << 53 => (long)value,
        _ => throw Wrong(name),
    };

    /// <summary>A seed; -1 stands for a random one, and a Mac takes no other below 0.</summary>
    public long? Seed(string name) => Number(name) is < -1
        ? throw ProxyException.Bad($"{name} below 0 is not supported by this proxy", name)
        : Count(name);

    /// <summary>A text or several.</summary>
    public IReadOnlyList<string>? Texts(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } one => [one.GetString()!],
        { ValueKind: JsonValueKind.Array } many =>
            [.. many.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.String
                ? item.GetString()!
                : throw Wrong(name))],
        _ => throw Wrong(name),
    };

    public ApiBody? Object(string name) => Kind(name, JsonValueKind.Object) is { } value ? new ApiBody(value) : null;

    public IReadOnlyList<ApiBody> Objects(string name) => Kind(name, JsonValueKind.Array) is { } array
        ? [.. array.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.Object
            ? new ApiBody(item)
            : throw Wrong(name))]
        : [];

    /// <summary>The JSON of a field.</summary>
    public string? Raw(string name) => Find(name)?.GetRawText();

    /// <summary>Images in standard base64.</summary>
    public IReadOnlyList<string>? Images(string name) =>
        Texts(name) is { Count: > 0 } images ? [.. images.Select(image => Image(image, name))] : null;

    /// <summary>An image in standard base64.</summary>
    public static string Image(string base64, string field)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length)
            ? Convert.ToBase64String(bytes, 0, length)
            : throw ProxyException.Bad("An image is not valid base64.", field);
    }

    public static ProxyException Wrong(string name) => ProxyException.Bad($"{name} has the wrong type", name);

    private static ProxyException TooLarge() =>
        new(413, "The request is larger than a Mac accepts.", "too_large");

    private JsonElement? Kind(string name, JsonValueKind kind) => Find(name) switch
    {
        null => null,
        { } value when value.ValueKind == kind => value,
        _ => throw Wrong(name),
    };
}
