using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using QuicPair.Rtc.Dtls;
using QuicPair.Rtc.Sockets.Dtls;

namespace QuicPair.Rtc.Sockets;

/// <summary>
/// A self-signed ECDSA P-256 certificate and its key (RFC 8827, section 6.5). It names nobody: the peers know
/// each other by its fingerprint.
/// </summary>
public sealed class LocalCertificate : IDisposable
{
    // Ours: what browsers use; a fingerprint is compared, so the dates decide nothing.
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);
    private static readonly TimeSpan ClockSkew = TimeSpan.FromDays(1);

    private readonly byte[] _der;

    private LocalCertificate(ECDsa key, byte[] der)
    {
        _der = der;
        Identity = new DtlsIdentity(der, key, SodiumX25519.Shared);
        Fingerprint = CertificateFingerprint.Of(der);
    }

    /// <summary>The certificate, DER.</summary>
    public ReadOnlyMemory<byte> Der => _der;

    /// <summary>Its SHA-256 fingerprint.</summary>
    public CertificateFingerprint Fingerprint { get; }

    internal DtlsIdentity Identity { get; }

    /// <summary>Makes a key and a certificate for it; takes about half a millisecond.</summary>
    public static LocalCertificate Create(TimeProvider? timeProvider = null)
    {
        var now = (timeProvider ?? TimeProvider.System).GetUtcNow();
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=WebRTC", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(now - ClockSkew, now + Lifetime);
        return new LocalCertificate(key, certificate.RawData);
    }

    /// <inheritdoc/>
    public void Dispose() => Identity.Key.Dispose();
}
