using NSec.Cryptography;

namespace QuicPair.Noise.Primitives;

/// <summary>
/// BLAKE2b with 64 bytes of output, and HMAC and HKDF over it (Noise specification sections 4.3 and 12.8).
/// </summary>
internal static class Blake2b
{
    /// <summary>
    /// HASHLEN: "A constant specifying the size in bytes of the hash output", 64 for BLAKE2b.
    /// </summary>
    public const int HashLength = 64;

    // BLOCKLEN, 128 for BLAKE2b.
    private const int BlockLength = 128;

    /// <summary>HASH(first ‖ second).</summary>
    public static void Hash(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> hash)
    {
        IncrementalHash.Initialize(HashAlgorithm.Blake2b_512, out var state);
        IncrementalHash.Update(ref state, first);
        IncrementalHash.Update(ref state, second);
        IncrementalHash.Finalize(ref state, hash);
    }

    /// <summary>HMAC-HASH(key, data), RFC 2104, with a key of at most one block.</summary>
    public static void Hmac(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> mac)
    {
        Span<byte> pad = stackalloc byte[BlockLength];
        Span<byte> inner = stackalloc byte[HashLength];
        WritePad(key, 0x36, pad);
        Hash(pad, data, inner);
        WritePad(key, 0x5C, pad);
        Hash(pad, inner, mac);
        Secret.Erase(pad);
        Secret.Erase(inner);
    }

    /// <summary>
    /// HKDF(chaining_key, input_key_material, num_outputs); the outputs stand one behind the other in
    /// <paramref name="outputs"/>, 64 bytes each.
    /// </summary>
    public static void Hkdf(ReadOnlySpan<byte> chainingKey, ReadOnlySpan<byte> input, Span<byte> outputs)
    {
        Span<byte> temporaryKey = stackalloc byte[HashLength];
        Span<byte> previous = stackalloc byte[HashLength + 1];
        Hmac(chainingKey, input, temporaryKey);
        var length = 0;
        for (byte number = 1; !outputs.IsEmpty; number++)
        {
            previous[length] = number;
            Hmac(temporaryKey, previous[..(length + 1)], outputs[..HashLength]);
            outputs[..HashLength].CopyTo(previous);
            outputs = outputs[HashLength..];
            length = HashLength;
        }

        Secret.Erase(temporaryKey);
        Secret.Erase(previous);
    }

    private static void WritePad(ReadOnlySpan<byte> key, byte value, Span<byte> pad)
    {
        pad.Fill(value);
        for (var i = 0; i < key.Length; i++)
        {
            pad[i] ^= key[i];
        }
    }
}
