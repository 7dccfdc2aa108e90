using System.Text.Json;
using QuicPair.Protocol;

namespace QuicPair.EndToEnd.Canary;

/// <summary>How bytes may stand in a text.</summary>
internal static class Spelling
{
    /// <summary>Every usual way to write a secret, alone or as a part of something longer.</summary>
    public static IEnumerable<string> Of(byte[] secret)
    {
        var decimals = secret.Select(value => (int)value).ToArray();
        return
        [
            Convert.ToHexString(secret),
            Convert.ToHexStringLower(secret),
            BitConverter.ToString(secret),
            JsonSerializer.Serialize(decimals).Trim('[', ']'),
            string.Join(", ", decimals),
            .. Enumerable.Range(0, 3).SelectMany(before => Base64(secret, before)),
        ];
    }

    /// <summary>
    /// The characters of base64 that a secret alone decides, in both alphabets, when it starts so many bytes behind a
    /// multiple of three: in a link it stands behind 34 others.
    /// </summary>
    private static IEnumerable<string> Base64(byte[] secret, int before)
    {
        const int character = 6;
        var around = new byte[before + secret.Length + 2];
        secret.CopyTo(around, before);
        var first = ((8 * before) + character - 1) / character;
        var end = 8 * (before + secret.Length) / character;
        var url = StrictBase64Url.Encode(around)[first..end];
        return [url, url.Replace('-', '+').Replace('_', '/')];
    }
}
