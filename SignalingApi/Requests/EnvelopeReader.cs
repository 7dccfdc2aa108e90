using System.Buffers;
using System.Buffers.Text;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using QuicPair.Grains.Interfaces;
using QuicPair.SignalingApi.Problems;

namespace QuicPair.SignalingApi.Requests;

/// <summary>
/// Reads the envelope of docs/protocol.md, 3.1, 3.2 and 3.6, by the strict rules of its section 1: UTF-8 without
/// BOM, depth at most 16, no name twice, plain numbers, exact base64url. Unknown fields are ignored.
/// </summary>
internal static class EnvelopeReader
{
    // docs/protocol.md.
    private const int MaxDepth = 16;
    private const int MaxVersions = 16;
    private const int MaxAddressees = 10;
    private const int MaxModel = 256;
    private const int TokenBytes = 16;
    private const int TokenCharacters = 22;
    private const long MaxInteger = (1L << 53) - 1;

    private static readonly JsonDocumentOptions Strict = new()
    {
        AllowDuplicateProperties = false,
        MaxDepth = MaxDepth,
    };

    /// <summary>Reads a body; when it cannot, says which problem the phone gets.</summary>
    /// <param name="body">The whole body.</param>
    /// <param name="withSdp">Whether a description belongs in it.</param>
    /// <param name="envelope">What was read.</param>
    /// <param name="problem">Why nothing was read.</param>
    public static bool TryRead(
        ReadOnlyMemory<byte> body,
        bool withSdp,
        [NotNullWhen(true)] out SignalingEnvelope? envelope,
        out Problem problem)
    {
        envelope = null;
        problem = Problem.BadRequest;
        if (!Utf8.IsValid(body.Span))
        {
            return false;
        }

        try
        {
            using var document = JsonDocument.Parse(body, Strict);
            envelope = Read(document.RootElement, withSdp, ref problem);
            return envelope is not null;
        }
        catch (JsonException)
        {
            return false;
        }
        catch (InvalidOperationException)
        {
            // A string with a lone surrogate is not text.
            return false;
        }
    }

    private static SignalingEnvelope? Read(JsonElement root, bool withSdp, ref Problem problem)
    {
        if (root.ValueKind != JsonValueKind.Object || Integer(root, "v") is not { } version)
        {
            return null;
        }

        if (version != 1)
        {
            problem = Problem.Version;
            return null;
        }

        var isChoice = root.TryGetProperty("to", out var list);
        return (isChoice ? Choice(root, list) : Single(root)) is { } to
            && TryModel(root, isChoice, out var model)
            && (withSdp ? Text(root, "sdp") : string.Empty) is { } sdp
            && Integer(root, "ts") is { } timestamp
            && Token(root, "nonce") is { } nonce
            && Versions(root) is { } versions
                ? new SignalingEnvelope(to, isChoice, model, sdp, timestamp, nonce, versions)
                : null;
    }

    private static ImmutableArray<Addressee>? Single(JsonElement root) =>
        ReadAddressee(root) is { } addressee ? [addressee] : null;

    /// <summary>docs/protocol.md, 3.6: in place of <c>mac</c>, <c>device</c> and <c>auth</c>.</summary>
    private static ImmutableArray<Addressee>? Choice(JsonElement root, JsonElement list)
    {
        if (list.ValueKind != JsonValueKind.Array || list.GetArrayLength() is < 1 or > MaxAddressees
            || root.TryGetProperty("mac", out _) || root.TryGetProperty("device", out _)
            || root.TryGetProperty("auth", out _))
        {
            return null;
        }

        var to = ImmutableArray.CreateBuilder<Addressee>(list.GetArrayLength());
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object || ReadAddressee(item) is not { Mac: not null } addressee
                || to.Any(other => other.Mac == addressee.Mac))
            {
                return null;
            }

            to.Add(addressee);
        }

        return to.ToImmutable();
    }

    private static Addressee? ReadAddressee(JsonElement element)
    {
        MacId? mac = null;
        if (element.TryGetProperty("mac", out _))
        {
            if (!MacId.TryParse(Text(element, "mac"), out var named))
            {
                return null;
            }

            mac = named;
        }

        return DeviceId.TryParse(Text(element, "device"), out var device) && Token(element, "auth") is { } auth
            ? new Addressee(mac, device, auth)
            : null;
    }

    private static bool TryModel(JsonElement root, bool isChoice, out string? model)
    {
        model = null;
        if (!isChoice || !root.TryGetProperty("model", out _))
        {
            return true;
        }

        model = Text(root, "model");
        return model is { Length: > 0 and <= MaxModel } && !model.Any(char.IsControl);
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    private static long? Integer(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) ? Integer(value) : null;

    /// <summary>docs/protocol.md, 1: "plain digits 0 … 2^53−1 (no sign, fraction, exponent)".</summary>
    private static long? Integer(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Number)
        {
            return null;
        }

        var digits = value.GetRawText();
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number <= MaxInteger
                ? number
                : null;
    }

    /// <summary>16 bytes in base64url: exactly 22 characters whose unused bits are zero.</summary>
    private static ImmutableArray<byte>? Token(JsonElement root, string name)
    {
        if (Text(root, name) is not { Length: TokenCharacters } text)
        {
            return null;
        }

        Span<byte> bytes = stackalloc byte[TokenBytes];
        return Base64Url.DecodeFromChars(text, bytes, out _, out var written) == OperationStatus.Done
            && written == TokenBytes
            && Base64Url.EncodeToString(bytes) == text
                ? [.. bytes]
                : null;
    }

    private static ImmutableArray<byte>? Versions(JsonElement root)
    {
        if (!root.TryGetProperty("versions", out var list) || list.ValueKind != JsonValueKind.Array
            || list.GetArrayLength() is < 1 or > MaxVersions)
        {
            return null;
        }

        var versions = ImmutableArray.CreateBuilder<byte>(list.GetArrayLength());
        foreach (var item in list.EnumerateArray())
        {
            if (Integer(item) is not (>= 1 and <= 255) || versions.Contains((byte)Integer(item)!.Value))
            {
                return null;
            }

            versions.Add((byte)Integer(item)!.Value);
        }

        return versions.ToImmutable();
    }
}
