namespace QuicPair.Noise;

/// <summary>Where ephemeral private keys come from: a random generator, or fixed bytes in a test.</summary>
public interface IEphemeralSource
{
    /// <summary>Fills <paramref name="privateKey"/> with 32 unpredictable bytes.</summary>
    void Fill(Span<byte> privateKey);
}
