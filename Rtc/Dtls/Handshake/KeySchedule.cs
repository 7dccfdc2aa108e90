using System.Security.Cryptography;
using QuicPair.Rtc.Dtls.Messages;

namespace QuicPair.Rtc.Dtls.Handshake;

/// <summary>
/// From the agreed secret to keys (RFC 5246, sections 6.3 and 8.1). The master secret is the extended one (RFC
/// 7627, section 4): it is bound to everything that was said, so a man in the middle cannot make two handshakes
/// share it.
/// </summary>
internal sealed class KeySchedule : IDisposable
{
    /// <summary>Bytes of verify_data in Finished (RFC 5246, section 7.4.9).</summary>
    public const int VerifyDataLength = 12;

    private const int MasterLength = 48;

    private readonly Prf _prf;
    private readonly int _keyLength;
    private readonly byte[] _master = new byte[MasterLength];

    /// <param name="suite">The suite agreed on.</param>
    /// <param name="premaster">The agreed secret.</param>
    /// <param name="transcript">Every message up to and with ClientKeyExchange.</param>
    public KeySchedule(CipherSuite suite, ReadOnlySpan<byte> premaster, ReadOnlySpan<byte> transcript)
    {
        var isStrong = suite == CipherSuite.EcdheEcdsaAes256GcmSha384;
        _prf = new Prf(isStrong);
        _keyLength = isStrong ? 32 : 16;
        Span<byte> hash = stackalloc byte[SHA384.HashSizeInBytes];
        _prf.Expand(premaster, "extended master secret", _prf.Hash(transcript, hash), _master);
    }

    /// <summary>The keys as one end uses them.</summary>
    public DtlsKeys DeriveKeys(DtlsRole role, ReadOnlySpan<byte> clientRandom, ReadOnlySpan<byte> serverRandom)
    {
        Span<byte> seed = [.. serverRandom, .. clientRandom];
        Span<byte> block = stackalloc byte[2 * (32 + DtlsKeys.SaltLength)];
        block = block[..(2 * (_keyLength + DtlsKeys.SaltLength))];
        _prf.Expand(_master, "key expansion", seed, block);

        var clientKey = block[.._keyLength].ToArray();
        var serverKey = block.Slice(_keyLength, _keyLength).ToArray();
        var clientSalt = block.Slice(2 * _keyLength, DtlsKeys.SaltLength).ToArray();
        var serverSalt = block[^DtlsKeys.SaltLength..].ToArray();
        CryptographicOperations.ZeroMemory(block);
        var isClient = role == DtlsRole.Client;
        return new DtlsKeys
        {
            WriteKey = isClient ? clientKey : serverKey,
            WriteSalt = isClient ? clientSalt : serverSalt,
            ReadKey = isClient ? serverKey : clientKey,
            ReadSalt = isClient ? serverSalt : clientSalt,
        };
    }

    /// <summary>What the Finished of <paramref name="sender"/> says after <paramref name="transcript"/>.</summary>
    public void WriteVerifyData(DtlsRole sender, ReadOnlySpan<byte> transcript, Span<byte> destination)
    {
        Span<byte> hash = stackalloc byte[SHA384.HashSizeInBytes];
        var label = sender == DtlsRole.Client ? "client finished" : "server finished";
        _prf.Expand(_master, label, _prf.Hash(transcript, hash), destination[..VerifyDataLength]);
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_master);
}
