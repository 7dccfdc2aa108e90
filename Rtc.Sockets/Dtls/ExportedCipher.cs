using Org.BouncyCastle.Tls.Crypto;
using Org.BouncyCastle.Tls.Crypto.Impl;
using QuicPair.Rtc.Dtls;

namespace QuicPair.Rtc.Sockets.Dtls;

/// <summary>
/// The record cipher of a handshake, which seals the two Finished messages and then hands its keys out.
/// </summary>
internal sealed class ExportedCipher : TlsAeadCipher
{
    private readonly AesGcmCipher _encrypt;
    private readonly AesGcmCipher _decrypt;

    public ExportedCipher(TlsCryptoParameters parameters, AesGcmCipher encrypt, AesGcmCipher decrypt)
        : base(parameters, encrypt, decrypt, DtlsKeys.KeyLength, macSize: 16, AEAD_GCM) =>
        (_encrypt, _decrypt) = (encrypt, decrypt);

    /// <summary>The keys, from record number <paramref name="nextWriteSequence"/> on.</summary>
    public DtlsKeys Export(ulong nextWriteSequence) => new()
    {
        WriteKey = _encrypt.Key,
        WriteSalt = m_encryptNonce,
        ReadKey = _decrypt.Key,
        ReadSalt = m_decryptNonce,
        NextWriteSequence = nextWriteSequence,
    };

    public void Release()
    {
        _encrypt.Dispose();
        _decrypt.Dispose();
    }
}
