using System.Buffers.Binary;
using System.Security.Cryptography;
using QuicPair.Noise.Primitives;

namespace QuicPair.Noise;

/// <summary>
/// Noise specification section 5.1: "A CipherState can encrypt and decrypt data based on its k and n
/// variables". The cipher is ChaChaPoly of section 12.3: the nonce is 32 zero bits and n as a little-endian
/// u64.
/// </summary>
internal sealed class CipherState : IDisposable
{
    /// <summary>Bytes of k.</summary>
    public const int KeyLength = 32;

    /// <summary>Bytes of the authentication tag.</summary>
    public const int TagLength = 16;

    private const ulong RekeyNonce = ulong.MaxValue;

    private ChaCha20Poly1305? _cipher;
    private ulong _n;

    /// <summary>InitializeKey(key): "Sets k = key. Sets n = 0."</summary>
    public void InitializeKey(ReadOnlySpan<byte> key)
    {
        SetKey(key);
        _n = 0;
    }

    /// <summary>HasKey(): "Returns true if k is non-empty, false otherwise."</summary>
    public bool HasKey => _cipher is not null;

    /// <summary>
    /// EncryptWithAd(ad, plaintext): "If k is non-empty returns ENCRYPT(k, n++, ad, plaintext). Otherwise
    /// returns plaintext." The result is the length written to <paramref name="destination"/>.
    /// </summary>
    public int EncryptWithAd(ReadOnlySpan<byte> ad, ReadOnlySpan<byte> plaintext, Span<byte> destination)
    {
        if (_cipher is null)
        {
            plaintext.CopyTo(destination);
            return plaintext.Length;
        }

        Encrypt(TakeNonce(), ad, plaintext, destination);
        return plaintext.Length + TagLength;
    }

    /// <summary>
    /// DecryptWithAd(ad, ciphertext): "If k is non-empty returns DECRYPT(k, n++, ad, ciphertext). Otherwise
    /// returns ciphertext. If an authentication failure occurs in DECRYPT() then n is not incremented and
    /// an error is signaled".
    /// </summary>
    public bool TryDecryptWithAd(
        ReadOnlySpan<byte> ad, ReadOnlySpan<byte> ciphertext, Span<byte> destination, out int length)
    {
        length = _cipher is null ? ciphertext.Length : ciphertext.Length - TagLength;
        if (length < 0 || length > destination.Length)
        {
            return false;
        }

        if (_cipher is null)
        {
            ciphertext.CopyTo(destination);
            return true;
        }

        Span<byte> nonce = stackalloc byte[12];
        BinaryPrimitives.WriteUInt64LittleEndian(nonce[4..], _n);
        if (_n == RekeyNonce || !TryOpen(_cipher, nonce, ad, ciphertext, destination[..length]))
        {
            return false;
        }

        _n++;
        return true;
    }

    /// <summary>
    /// Rekey(): "Sets k = REKEY(k)", which is "the first 32 bytes from ENCRYPT(k, maxnonce, zerolen,
    /// zeros)" (section 4.2). n does not change.
    /// </summary>
    public void Rekey()
    {
        Span<byte> output = stackalloc byte[KeyLength + TagLength];
        Span<byte> zeros = stackalloc byte[KeyLength];
        Encrypt(RekeyNonce, [], zeros, output);
        SetKey(output[..KeyLength]);
        Secret.Erase(output);
    }

    /// <summary>Erases k.</summary>
    public void Dispose()
    {
        _cipher?.Dispose();
        _cipher = null;
    }

    private void SetKey(ReadOnlySpan<byte> key)
    {
        _cipher?.Dispose();
        _cipher = new ChaCha20Poly1305(key);
    }

    private ulong TakeNonce() =>
        // Section 5.1: "The maximum n value (2^64-1) is reserved for other use."
        _n == RekeyNonce ? throw new InvalidOperationException("No nonce is left.") : _n++;

    private void Encrypt(ulong n, ReadOnlySpan<byte> ad, ReadOnlySpan<byte> plaintext, Span<byte> destination)
    {
        Span<byte> nonce = stackalloc byte[12];
        BinaryPrimitives.WriteUInt64LittleEndian(nonce[4..], n);
        var tag = destination.Slice(plaintext.Length, TagLength);
        _cipher!.Encrypt(nonce, plaintext, destination[..plaintext.Length], tag, ad);
    }

    private static bool TryOpen(
        ChaCha20Poly1305 cipher,
        ReadOnlySpan<byte> nonce,
        ReadOnlySpan<byte> ad,
        ReadOnlySpan<byte> ciphertext,
        Span<byte> plaintext)
    {
        try
        {
            cipher.Decrypt(
                nonce, ciphertext[..plaintext.Length], ciphertext[plaintext.Length..], plaintext, ad);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }
}
