using System.Buffers;
using System.Globalization;
using System.Text;

namespace QuicPair.Protocol.Codec;

/// <summary>
/// Writes JSON as QP/1 section 1 has it: only <c>"</c>, <c>\</c> and U+0000–001F are escaped, lone
/// surrogates become U+FFFD, numbers are plain digits. Library encoders escape more, and other languages
/// would write other bytes.
/// </summary>
internal struct JsonTextWriter(IBufferWriter<byte> output)
{
    private static readonly SearchValues<char> Escaped = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(value => (char)value), '"', '\\']);

    private bool _needsComma;

    /// <summary>Opens an object, as a value.</summary>
    public void BeginObject() => Open((byte)'{');

    /// <summary>Closes an object.</summary>
    public void EndObject() => Close((byte)'}');

    /// <summary>Opens an array, as a value.</summary>
    public void BeginArray() => Open((byte)'[');

    /// <summary>Closes an array.</summary>
    public void EndArray() => Close((byte)']');

    /// <summary>The name of the field whose value is written next.</summary>
    public void Name(string name)
    {
        TextValue(name);
        Byte((byte)':');
        _needsComma = false;
    }

    /// <summary>A field with a text.</summary>
    public void Text(string name, string text)
    {
        Name(name);
        TextValue(text);
    }

    /// <summary>A field with a text, left out when null.</summary>
    public void OptionalText(string name, string? text)
    {
        if (text is not null)
        {
            Text(name, text);
        }
    }

    /// <summary>A field with a whole number, left out when null.</summary>
    public void Number(string name, long? number)
    {
        if (number is { } value)
        {
            Name(name);
            Plain(value.ToString(CultureInfo.InvariantCulture));
        }
    }

    /// <summary>A field with a real number, left out when null.</summary>
    public void Real(string name, double? real)
    {
        if (real is { } value)
        {
            Name(name);
            Plain(value.ToString("R", CultureInfo.InvariantCulture));
        }
    }

    /// <summary>A field with a truth value, left out when null.</summary>
    public void Flag(string name, bool? flag)
    {
        if (flag is { } value)
        {
            Name(name);
            Plain(value ? "true" : "false");
        }
    }

    /// <summary>A field whose value is JSON already, left out when null.</summary>
    public void Raw(string name, string? json)
    {
        if (json is not null)
        {
            Name(name);
            Plain(json);
        }
    }

    /// <summary>A field with an array of texts, left out when null.</summary>
    public void Texts(string name, IReadOnlyList<string>? texts)
    {
        if (texts is null)
        {
            return;
        }

        Name(name);
        BeginArray();
        foreach (var text in texts)
        {
            TextValue(text);
        }

        EndArray();
    }

    /// <summary>A text, as a value.</summary>
    public void TextValue(string text)
    {
        Comma();
        Byte((byte)'"');
        var rest = text.AsSpan();
        for (var at = rest.IndexOfAny(Escaped); at >= 0; at = rest.IndexOfAny(Escaped))
        {
            Append(rest[..at]);
            Append(Escape(rest[at]));
            rest = rest[(at + 1)..];
        }

        Append(rest);
        Byte((byte)'"');
        _needsComma = true;
    }

    private static string Escape(char c) => c switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\b' => "\\b",
        '\t' => "\\t",
        '\n' => "\\n",
        '\f' => "\\f",
        '\r' => "\\r",
        _ => $"\\u{(int)c:x4}",
    };

    private void Plain(string text)
    {
        Comma();
        Append(text);
        _needsComma = true;
    }

    private void Open(byte bracket)
    {
        Comma();
        Byte(bracket);
        _needsComma = false;
    }

    private void Close(byte bracket)
    {
        Byte(bracket);
        _needsComma = true;
    }

    private readonly void Comma()
    {
        if (_needsComma)
        {
            Byte((byte)',');
        }
    }

    private readonly void Byte(byte value) => output.Write([value]);

    private readonly void Append(ReadOnlySpan<char> text) => Encoding.UTF8.GetBytes(text, output);
}
