using System.Buffers.Binary;
using System.Security.Cryptography;

namespace QuicPair.Rtc.Dtls;

/// <summary>
/// Seals and opens the records of epoch 1 with AES-GCM (RFC 5288): the nonce is the salt followed by
/// epoch and record number, which the record also carries. Sealing and opening allocate nothing.
/// </summary>
internal sealed class RecordLayer : IDisposable
{
    /// <summary>Where the plaintext of a record starts.</summary>
    public const int PlaintextOffset = RecordHeader.Length + ExplicitNonceLength;

    /// <summary>Bytes that a record adds to its plaintext.</summary>
    public const int Overhead = PlaintextOffset + TagLength;

    // From RFC 5288, section 3, and RFC 5116, section 5.1.
    private const int ExplicitNonceLength = 8;
    private const int NonceLength = DtlsKeys.SaltLength + ExplicitNonceLength;
    private const int TagLength = 16;

    // From RFC 6347, section 4.1: epoch 0 is the handshake in the clear, and nothing here negotiates a second
    // time.
    private const ushort Epoch = 1;

    // 48 bits; a number twice would be a nonce twice.
    private const ulong LastSequence = (1UL << 48) - 1;

    // Ours: an exception takes as long as a hundred records, so a forged one may cost one at most in so many.
    private const int WaryRecords = 1_000;

    private readonly AesGcm _write;
    private readonly AesGcm _read;
    private readonly byte[] _writeSalt;
    private readonly byte[] _readSalt;
    private readonly ReplayWindow _seen = new();
    private byte[] _scratch = [];
    private int _wary;
    private ulong _nextSequence;

    /// <summary>The record layer takes the keys over: its ciphers hold them, and the arrays are erased.</summary>
    /// <param name="keys">The keys of both directions.</param>
    /// <param name="firstSequence">The number of the first record that is sealed.</param>
    public RecordLayer(DtlsKeys keys, ulong firstSequence = 0)
    {
        _nextSequence = firstSequence;
        _write = new AesGcm(keys.WriteKey, TagLength);
        _read = new AesGcm(keys.ReadKey, TagLength);
        CryptographicOperations.ZeroMemory(keys.WriteKey);
        CryptographicOperations.ZeroMemory(keys.ReadKey);
        _writeSalt = keys.WriteSalt;
        _readSalt = keys.ReadSalt;
    }

    /// <summary>Whether every number has been used: nothing can be sealed any more.</summary>
    public bool IsExhausted => _nextSequence > LastSequence;

    /// <summary>
    /// Writes one record and returns its length, 0 when there is no number left. <paramref name="plaintext"/> may
    /// already stand at <see cref="PlaintextOffset"/> of <paramref name="destination"/>, where it is sealed in place.
    /// </summary>
    public int Seal(ContentType type, ReadOnlySpan<byte> plaintext, Span<byte> destination)
    {
        if (IsExhausted) return 0;
        var sequence = _nextSequence++;
        var fragment = ExplicitNonceLength + plaintext.Length + TagLength;
        var header = new RecordHeader(type, RecordHeader.Dtls12, Epoch, sequence, fragment);
        header.Write(destination);
        destination[3..11].CopyTo(destination[RecordHeader.Length..]);

        Span<byte> nonce = stackalloc byte[NonceLength];
        WriteNonce(_writeSalt, destination[RecordHeader.Length..], nonce);
        Span<byte> associated = stackalloc byte[RecordHeader.Length];
        WriteAssociatedData(header, plaintext.Length, associated);

        var ciphertext = destination.Slice(PlaintextOffset, plaintext.Length);
        var tag = destination.Slice(PlaintextOffset + plaintext.Length, TagLength);
        _write.Encrypt(nonce, plaintext, ciphertext, tag, associated);
        return header.RecordLength;
    }

    /// <summary>
    /// Opens <paramref name="record"/> in place; false for every record that is not fresh, whole and
    /// authentic.
    /// </summary>
    public bool TryOpen(RecordHeader header, Span<byte> record, out Span<byte> plaintext)
    {
        plaintext = default;
        var length = header.FragmentLength - ExplicitNonceLength - TagLength;
        if (header.Epoch != Epoch || header.Version != RecordHeader.Dtls12 || length < 0) return false;
        if (!_seen.IsFresh(header.Sequence)) return false;

        Span<byte> nonce = stackalloc byte[NonceLength];
        WriteNonce(_readSalt, record[RecordHeader.Length..], nonce);
        Span<byte> associated = stackalloc byte[RecordHeader.Length];
        WriteAssociatedData(header, length, associated);

        var body = record.Slice(PlaintextOffset, length);
        var tag = record.Slice(PlaintextOffset + length, TagLength);
        var isAuthentic = _wary > 0
            ? TryDecryptQuietly(nonce, body, tag, associated)
            : TryDecrypt(nonce, body, tag, associated);
        if (!isAuthentic) return false;

        _seen.Mark(header.Sequence);
        plaintext = body;
        return true;
    }

    public void Dispose()
    {
        _write.Dispose();
        _read.Dispose();
        CryptographicOperations.ZeroMemory(_writeSalt);
        CryptographicOperations.ZeroMemory(_readSalt);
    }

    private bool TryDecrypt(
        ReadOnlySpan<byte> nonce, Span<byte> body, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> associated)
    {
        try
        {
            _read.Decrypt(nonce, body, tag, body, associated);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            _wary = WaryRecords;
            return false;
        }
    }

    /// <summary>
    /// Opens without an exception for a forged record: decrypts by the key stream alone, computes the tag by sealing
    /// the result, and shows the plaintext only if that is the record's. It costs two passes in place of one, and a
    /// sealing under this key never leaves the method.
    /// </summary>
    private bool TryDecryptQuietly(
        ReadOnlySpan<byte> nonce, Span<byte> body, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> associated)
    {
        _scratch = _scratch.Length < body.Length ? new byte[body.Length] : _scratch;
        var plaintext = _scratch.AsSpan(0, body.Length);
        Span<byte> expected = stackalloc byte[TagLength];
        _read.Encrypt(nonce, body, plaintext, expected, associated);
        _read.Encrypt(nonce, plaintext, body, expected, associated);
        var isAuthentic = CryptographicOperations.FixedTimeEquals(expected, tag);
        if (isAuthentic) plaintext.CopyTo(body);
        CryptographicOperations.ZeroMemory(plaintext);
        _wary = isAuthentic ? _wary - 1 : WaryRecords;
        return isAuthentic;
    }

    private static void WriteNonce(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> explicitPart, Span<byte> nonce)
    {
        salt.CopyTo(nonce);
        explicitPart[..ExplicitNonceLength].CopyTo(nonce[DtlsKeys.SaltLength..]);
    }

    /// <summary>
    /// RFC 5246, section 6.2.3.3: seq_num + type + version + length, where seq_num is epoch and record
    /// number.
    /// </summary>
    private static void WriteAssociatedData(RecordHeader header, int plaintextLength, Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, ((ulong)header.Epoch << 48) | header.Sequence);
        destination[8] = (byte)header.Type;
        BinaryPrimitives.WriteUInt16BigEndian(destination[9..], header.Version);
        BinaryPrimitives.WriteUInt16BigEndian(destination[11..], (ushort)plaintextLength);
    }
}
