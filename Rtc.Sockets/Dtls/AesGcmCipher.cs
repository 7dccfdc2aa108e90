using System.Security.Cryptography;
using Org.BouncyCastle.Tls;
using Org.BouncyCastle.Tls.Crypto.Impl;

namespace QuicPair.Rtc.Sockets.Dtls;

/// <summary>
/// AES-GCM of the platform in the shape that BouncyCastle's TLS asks for; it remembers its key.
/// </summary>
internal sealed class AesGcmCipher(bool encrypts) : TlsAeadCipherImpl, IDisposable
{
    private const int TagLength = 16;

    private AesGcm? _cipher;
    private byte[] _nonce = [];

    /// <summary>The key it was given.</summary>
    public byte[] Key { get; private set; } = [];

    public void SetKey(byte[] key, int keyOff, int keyLen) => SetKey(key.AsSpan(keyOff, keyLen));

    public void SetKey(ReadOnlySpan<byte> key)
    {
        Key = key.ToArray();
        _cipher = new AesGcm(Key, TagLength);
    }

    public void Init(byte[] nonce, int macSize, byte[]? additionalData) => _nonce = nonce;

    public int GetOutputSize(int inputLength) => encrypts ? inputLength + TagLength : inputLength - TagLength;

    public int DoFinal(byte[] input, int inputOffset, int inputLength, byte[] output, int outputOffset) =>
        DoFinal([], input, inputOffset, inputLength, output, outputOffset);

    public int DoFinal(
        byte[]? additionalData,
        byte[] input,
        int inputOffset,
        int inputLength,
        byte[] output,
        int outputOffset)
    {
        var length = GetOutputSize(inputLength);
        if (length < 0) throw new TlsFatalAlert(AlertDescription.bad_record_mac);
        var source = input.AsSpan(inputOffset, inputLength);
        var destination = output.AsSpan(outputOffset, length);
        if (encrypts)
        {
            var tag = destination[inputLength..];
            _cipher!.Encrypt(_nonce, source, destination[..inputLength], tag, additionalData);
            return length;
        }

        try
        {
            _cipher!.Decrypt(_nonce, source[..length], source[length..], destination, additionalData);
        }
        catch (AuthenticationTagMismatchException cause)
        {
            throw new TlsFatalAlert(AlertDescription.bad_record_mac, cause);
        }

        return length;
    }

    public void Reset()
    {
    }

    public void Dispose() => _cipher?.Dispose();
}
