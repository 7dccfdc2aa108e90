namespace QuicPair.Protocol.Frames;

/// <summary>
/// The two directions of an established secure session, as frames need them. Silo and Client give the Noise
/// transport this face. Not thread-safe: whoever encrypts and sends holds one lock around both.
/// </summary>
public interface ICipher : IDisposable
{
    /// <summary>
    /// Encrypts; returns the length written: the plaintext's and a tag of 16 bytes. <paramref
    /// name="destination"/> may begin at the same byte as <paramref name="plaintext"/>.
    /// </summary>
    int Seal(ReadOnlySpan<byte> plaintext, Span<byte> destination);

    /// <summary>Decrypts; false when the tag does not fit, and then the session is over.</summary>
    bool TryOpen(ReadOnlySpan<byte> ciphertext, Span<byte> destination, out int length);

    /// <summary>Noise <c>Rekey()</c> of the direction that this end sends in; the nonce goes on.</summary>
    void RekeySending();

    /// <summary>Noise <c>Rekey()</c> of the direction that this end receives in; the nonce goes on.</summary>
    void RekeyReceiving();
}
