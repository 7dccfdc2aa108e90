using System.Security.Cryptography;
using QuicPair.Noise;

namespace QuicPair.Silo.Keys;

/// <summary>Private keys from the system's random generator.</summary>
internal sealed class RandomKeySource : IEphemeralSource
{
    public static readonly RandomKeySource Instance = new();

    public void Fill(Span<byte> privateKey) => RandomNumberGenerator.Fill(privateKey);
}
