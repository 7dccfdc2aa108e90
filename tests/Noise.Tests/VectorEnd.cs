using System.Text.Json;

namespace QuicPair.Noise.Tests;

/// <summary>The keys of one end of a vector; empty where it has none.</summary>
internal sealed record VectorEnd(byte[] Prologue, byte[] Static, byte[] Ephemeral, byte[][] Psks)
{
    public static VectorEnd FromJson(JsonElement vector, string end) => new(
        vector.Hex($"{end}_prologue"),
        vector.Hex($"{end}_static"),
        vector.Hex($"{end}_ephemeral"),
        vector.TryGetProperty($"{end}_psks", out var psks)
            ? [.. psks.EnumerateArray().Select(psk => Convert.FromHexString(psk.GetString()!))]
            : []);
}
