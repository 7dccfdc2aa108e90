using QuicPair.Noise.Primitives;

namespace QuicPair.Noise;

/// <summary>
/// Noise specification section 5.2: "A SymmetricState object contains a CipherState plus ck (a chaining key
/// of HASHLEN bytes) and h (a hash output of HASHLEN bytes)".
/// </summary>
internal sealed class SymmetricState : IDisposable
{
    private readonly CipherState _cipher = new();
    private readonly byte[] _ck = Secret.Allocate(Blake2b.HashLength);
    private readonly byte[] _h = new byte[Blake2b.HashLength];

    /// <summary>
    /// InitializeSymmetric(protocol_name): "If protocol_name is less than or equal to HASHLEN bytes in
    /// length, sets h equal to protocol_name with zero bytes appended to make HASHLEN bytes. Otherwise sets
    /// h = HASH(protocol_name). Sets ck = h."
    /// </summary>
    public SymmetricState(ReadOnlySpan<byte> protocolName)
    {
        if (protocolName.Length <= Blake2b.HashLength)
        {
            protocolName.CopyTo(_h);
        }
        else
        {
            Blake2b.Hash(protocolName, [], _h);
        }

        _h.CopyTo(_ck, 0);
    }

    /// <summary>GetHandshakeHash(): "Returns h."</summary>
    public ReadOnlySpan<byte> HandshakeHash => _h;

    /// <summary>Bytes that encryption adds: none before the first key.</summary>
    public int TagLength => _cipher.HasKey ? CipherState.TagLength : 0;

    /// <summary>
    /// MixKey(input_key_material): "Sets ck, temp_k = HKDF(ck, input_key_material, 2). If HASHLEN is 64,
    /// then truncates temp_k to 32 bytes. Calls InitializeKey(temp_k)."
    /// </summary>
    public void MixKey(ReadOnlySpan<byte> input)
    {
        Span<byte> outputs = stackalloc byte[2 * Blake2b.HashLength];
        Blake2b.Hkdf(_ck, input, outputs);
        outputs[..Blake2b.HashLength].CopyTo(_ck);
        _cipher.InitializeKey(outputs.Slice(Blake2b.HashLength, CipherState.KeyLength));
        Secret.Erase(outputs);
    }

    /// <summary>MixHash(data): "Sets h = HASH(h || data)."</summary>
    public void MixHash(ReadOnlySpan<byte> data) => Blake2b.Hash(_h, data, _h);

    /// <summary>
    /// MixKeyAndHash(input_key_material): "Sets ck, temp_h, temp_k = HKDF(ck, input_key_material, 3). Calls
    /// MixHash(temp_h). […] Calls InitializeKey(temp_k)."
    /// </summary>
    public void MixKeyAndHash(ReadOnlySpan<byte> input)
    {
        Span<byte> outputs = stackalloc byte[3 * Blake2b.HashLength];
        Blake2b.Hkdf(_ck, input, outputs);
        outputs[..Blake2b.HashLength].CopyTo(_ck);
        MixHash(outputs.Slice(Blake2b.HashLength, Blake2b.HashLength));
        _cipher.InitializeKey(outputs.Slice(2 * Blake2b.HashLength, CipherState.KeyLength));
        Secret.Erase(outputs);
    }

    /// <summary>
    /// EncryptAndHash(plaintext): "Sets ciphertext = EncryptWithAd(h, plaintext), calls
    /// MixHash(ciphertext), and returns ciphertext."
    /// </summary>
    public int EncryptAndHash(ReadOnlySpan<byte> plaintext, Span<byte> destination)
    {
        var length = _cipher.EncryptWithAd(_h, plaintext, destination);
        MixHash(destination[..length]);
        return length;
    }

    /// <summary>
    /// DecryptAndHash(ciphertext): "Sets plaintext = DecryptWithAd(h, ciphertext), calls
    /// MixHash(ciphertext), and returns plaintext."
    /// </summary>
    public bool TryDecryptAndHash(ReadOnlySpan<byte> ciphertext, Span<byte> destination, out int length)
    {
        if (!_cipher.TryDecryptWithAd(_h, ciphertext, destination, out length))
        {
            return false;
        }

        MixHash(ciphertext);
        return true;
    }

    /// <summary>
    /// Split(): "Sets temp_k1, temp_k2 = HKDF(ck, zerolen, 2). If HASHLEN is 64, then truncates temp_k1 and
    /// temp_k2 to 32 bytes. Creates two new CipherState objects c1 and c2." c1 is for messages of the
    /// initiator.
    /// </summary>
    public (CipherState Initiator, CipherState Responder) Split()
    {
        Span<byte> outputs = stackalloc byte[2 * Blake2b.HashLength];
        Blake2b.Hkdf(_ck, [], outputs);
        var (initiator, responder) = (new CipherState(), new CipherState());
        initiator.InitializeKey(outputs[..CipherState.KeyLength]);
        responder.InitializeKey(outputs.Slice(Blake2b.HashLength, CipherState.KeyLength));
        Secret.Erase(outputs);
        return (initiator, responder);
    }

    /// <summary>Erases the chaining key and k; h is not secret.</summary>
    public void Dispose()
    {
        Secret.Erase(_ck);
        _cipher.Dispose();
    }
}
