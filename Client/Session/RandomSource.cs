using System.Security.Cryptography;
using QuicPair.Noise;

namespace QuicPair.Client.Session;

/// <summary>Ephemeral keys from the system's generator.</summary>
internal sealed class RandomSource : IEphemeralSource
{
    public static RandomSource Instance { get; } = new();

    public void Fill(Span<byte> privateKey) => RandomNumberGenerator.Fill(privateKey);
}
