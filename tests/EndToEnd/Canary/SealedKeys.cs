using System.Security.Cryptography;
using System.Text.Json;
using QuicPair.Protocol;
using Xunit;

namespace QuicPair.EndToEnd.Canary;

/// <summary>
/// A Mac's key file, opened as its owner could: <c>magic 16 | nonce 12 | tag 16 | JSON</c>, under the key of the file
/// beside it.
/// </summary>
internal sealed class SealedKeys
{
    private const int Magic = 16;
    private const int Nonce = 12;
    private const int Tag = 16;

    // A device's key, and by what the household's members know each other.
    private static readonly string[] Public = ["PublicKey", "Root", "Statement"];

    private SealedKeys(byte[][] seals, byte[][] secrets) => (Seals, Secrets) = (seals, secrets);

    /// <summary>The keys under which the data folder is sealed; they stand in it, in files of their own.</summary>
    public byte[][] Seals { get; }

    /// <summary>The Mac's private key and whatever else of the key file is secret.</summary>
    public byte[][] Secrets { get; }

    public static SealedKeys Of(MacProcess mac)
    {
        var seal = File.ReadAllBytes(Path.Combine(mac.Home, "keys.seal"));
        var state = File.ReadAllBytes(Path.Combine(mac.Home, "state.key"));
        var file = File.ReadAllBytes(Path.Combine(mac.Home, "keys"));
        var json = new byte[file.Length - Magic - Nonce - Tag];
        using var aead = new AesGcm(seal, Tag);
        aead.Decrypt(
            file.AsSpan(Magic, Nonce), file.AsSpan(Magic + Nonce + Tag), file.AsSpan(Magic + Nonce, Tag), json,
            file.AsSpan(0, Magic));
        var content = JsonElement.Parse(json);
        Assert.Equal(KeySchedule.KeyLength, content.GetProperty("MacPrivateKey").GetBytesFromBase64().Length);
        return new SealedKeys([seal, state[^KeySchedule.KeyLength..]], [.. SecretsIn(content)]);
    }

    private static IEnumerable<byte[]> SecretsIn(JsonElement element)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            return element.EnumerateArray().SelectMany(SecretsIn);
        }

        if (element.ValueKind == JsonValueKind.Object)
        {
            return element.EnumerateObject()
                .Where(property => !Public.Contains(property.Name))
                .SelectMany(property => SecretsIn(property.Value));
        }

        // Ids, names and times are no base64 of a key's length.
        return element.ValueKind == JsonValueKind.String && element.TryGetBytesFromBase64(out var bytes)
            && bytes.Length >= KeySchedule.KeyLength
            ? [bytes]
            : [];
    }
}
