using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orleans.Storage;

namespace QuicPair.Cluster.Storage;

/// <summary>
/// Grain state at rest: JSON without type names, sealed with AES-256-GCM.
/// <code>format u8 = 1 | key id u8 | nonce 12 | tag 16 | ciphertext</code>
/// The first two bytes are authenticated. Each write draws a nonce; a household stays far below 2^32 writes
/// per key.
/// </summary>
public sealed class SealedStateSerializer : IGrainStorageSerializer
{
    private const byte Format = 1;
    private const int HeaderLength = 2;
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int Overhead = HeaderLength + NonceLength + TagLength;

    private static readonly JsonSerializerOptions Json = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter() },
    };

    private readonly StateKey _current;
    private readonly Dictionary<byte, StateKey> _keys;

    /// <summary>Seals with one key and opens with it and with older ones.</summary>
    /// <param name="current">The key that seals.</param>
    /// <param name="older">Keys of records that were written before it.</param>
    /// <exception cref="ArgumentException">Two keys have one id.</exception>
    public SealedStateSerializer(StateKey current, params IEnumerable<StateKey> older)
    {
        ArgumentNullException.ThrowIfNull(current);
        _current = current;
        _keys = older.Prepend(current).ToDictionary(key => key.Id);
    }

    /// <inheritdoc/>
    public BinaryData Serialize<T>(T? input)
    {
        var plaintext = JsonSerializer.SerializeToUtf8Bytes(input, Json);
        var box = new byte[Overhead + plaintext.Length];
        box[0] = Format;
        box[1] = _current.Id;
        RandomNumberGenerator.Fill(Nonce(box));
        using var aes = new AesGcm(_current.Bytes, TagLength);
        aes.Encrypt(Nonce(box), plaintext, Ciphertext(box), Tag(box), box.AsSpan(0, HeaderLength));
        CryptographicOperations.ZeroMemory(plaintext);
        return BinaryData.FromBytes(box);
    }

    /// <inheritdoc/>
    /// <exception cref="SealedStateException">The record cannot be opened.</exception>
    public T? Deserialize<T>(BinaryData input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var plaintext = Open(input.ToArray());
        try
        {
            return JsonSerializer.Deserialize<T>(plaintext, Json);
        }
        catch (JsonException failure)
        {
            throw new SealedStateException("A stored record does not have the expected shape.", failure);
        }
    }

    private byte[] Open(byte[] box)
    {
        if (box.Length < Overhead || box[0] != Format)
        {
            throw new SealedStateException("A stored record is not sealed as this version seals.");
        }

        if (!_keys.TryGetValue(box[1], out var key))
        {
            throw new SealedStateException($"A stored record needs key {box[1]}, which is not here.");
        }

        var plaintext = new byte[box.Length - Overhead];
        try
        {
            using var aes = new AesGcm(key.Bytes, TagLength);
            aes.Decrypt(Nonce(box), Ciphertext(box), Tag(box), plaintext, box.AsSpan(0, HeaderLength));
        }
        catch (AuthenticationTagMismatchException failure)
        {
            throw new SealedStateException("A stored record does not open: wrong key or bytes.", failure);
        }

        return plaintext;
    }

    private static Span<byte> Nonce(byte[] box) => box.AsSpan(HeaderLength, NonceLength);

    private static Span<byte> Tag(byte[] box) => box.AsSpan(HeaderLength + NonceLength, TagLength);

    private static Span<byte> Ciphertext(byte[] box) => box.AsSpan(Overhead);
}
