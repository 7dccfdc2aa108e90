using QuicPair.Noise;

namespace QuicPair.Protocol.Tests;

/// <summary>Gives the same ephemeral key each time.</summary>
internal sealed class FixedSource(byte[] key) : IEphemeralSource
{
    public void Fill(Span<byte> privateKey) => key.CopyTo(privateKey);
}
