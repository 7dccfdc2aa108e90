using QuicPair.Noise;
using QuicPair.Noise.Patterns;

namespace QuicPair.Fuzz.Targets;

/// <summary>The first handshake message, as the Mac reads it.</summary>
internal static class NoiseTarget
{
    private static readonly HandshakePattern Pattern = HandshakePattern.Parse("IKpsk2");

    private static readonly KeyPair Mac = KeyPair.FromPrivateKey(
        [.. Enumerable.Range(1, KeyPair.KeyLength).Select(value => (byte)value)]);

    public static void Run(ReadOnlySpan<byte> input)
    {
        using var noise = new HandshakeState(Pattern, initiator: false, "prologue"u8, new FixedEntropy(3), Mac);
        var payload = new byte[Math.Max(input.Length, 512)];
        if (noise.TryReadMessage(input, payload, out _)) throw new InvalidDataException("A forged message was read.");
    }
}
