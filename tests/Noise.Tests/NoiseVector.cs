using System.Text.Json;

namespace QuicPair.Noise.Tests;

/// <summary>One published run of a handshake: the keys of both ends, and every message.</summary>
internal sealed record NoiseVector(
    string ProtocolName,
    VectorEnd Initiator,
    VectorEnd Responder,
    IReadOnlyList<(byte[] Payload, byte[] Message)> Messages,
    byte[] HandshakeHash,
    bool TransportAlternates)
{
    public static IReadOnlyList<NoiseVector> Json(string path) =>
        [.. VectorFile.Json(path).GetProperty("vectors").EnumerateArray().Select(FromJson)];

    /// <summary>The flynn/noise format: key=value lines, blocks apart by an empty line.</summary>
    public static IReadOnlyList<NoiseVector> Flynn() =>
        [.. VectorFile.Text("noise/flynn.txt")
            .Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
            .Where(block => block.Contains("handshake=", StringComparison.Ordinal))
            .Select(FromBlock)];

    private static NoiseVector FromJson(JsonElement vector) => new(
        vector.GetProperty("protocol_name").GetString()!,
        VectorEnd.FromJson(vector, "init"),
        VectorEnd.FromJson(vector, "resp"),
        [.. vector.GetProperty("messages").EnumerateArray()
            .Select(message => (message.Hex("payload"), message.Hex("ciphertext")))],
        vector.Hex("handshake_hash"),
        TransportAlternates: true);

    private static NoiseVector FromBlock(string block)
    {
        var values = block.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split('=', 2))
            .ToLookup(pair => pair[0], pair => pair[1]);
        byte[] Value(string name) => Convert.FromHexString(values[name].FirstOrDefault() ?? "");
        byte[][] psks = values.Contains("preshared_key") ? [Value("preshared_key")] : [];
        VectorEnd End(string end) => new(
            Value("prologue"), Value($"{end}_static"), Value($"gen_{end}_ephemeral"), psks);
        var messages = Enumerable.Range(0, 5)
            .Where(i => values.Contains($"msg_{i}_ciphertext"))
            .Select(i => (Value($"msg_{i}_payload"), Value($"msg_{i}_ciphertext")));
        return new NoiseVector(
            values["handshake"].Single(), End("init"), End("resp"), [.. messages], [], false);
    }
}
