using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using QuicPair.Rtc.Dtls;

namespace QuicPair.Rtc.Tests.Dtls.Handshake;

/// <summary>Makes certificates as WebRTC peers do.</summary>
internal static class TestIdentity
{
    /// <summary>One for each end, made once: keys are the slowest part of a test.</summary>
    public static DtlsIdentity Client { get; } = Create(null);

    public static DtlsIdentity Server { get; } = Create(null);

    public static DtlsIdentity Create(IX25519? x25519, ECCurve? curve = null)
    {
        var key = ECDsa.Create(curve ?? ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=WebRTC", key, HashAlgorithmName.SHA256);
        var start = DateTimeOffset.UnixEpoch;
        using var certificate = request.CreateSelfSigned(start, start + TimeSpan.FromDays(36_500));
        return new DtlsIdentity(certificate.RawData, key, x25519);
    }

    public static CertificateFingerprint Fingerprint(this DtlsIdentity identity) =>
        CertificateFingerprint.Of(identity.Certificate.Span);
}
