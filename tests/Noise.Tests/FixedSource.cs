namespace QuicPair.Noise.Tests;

/// <summary>Gives the same ephemeral key each time.</summary>
internal sealed class FixedSource(byte[] privateKey) : IEphemeralSource
{
    public void Fill(Span<byte> privateKeyDestination) => privateKey.CopyTo(privateKeyDestination);
}
