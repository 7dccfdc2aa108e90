using System.Formats.Asn1;
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

    /// <summary>
    /// With a certificate that spells out P-256 but for the base point: that is the key, so that its secret is 1
    /// (CVE-2020-0601).
    /// </summary>
    public static DtlsIdentity CreateWithOwnCurve()
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        byte[] encoded = [4, .. point.X!, .. point.Y!];
        var id = new Oid("1.2.840.10045.2.1");
        var publicKey = new PublicKey(id, new AsnEncodedData(id, P256With(encoded)), new AsnEncodedData(id, encoded));
        var name = new X500DistinguishedName("CN=WebRTC");
        var start = DateTimeOffset.UnixEpoch;
        using var certificate = new CertificateRequest(name, publicKey, HashAlgorithmName.SHA256).Create(
            name, X509SignatureGenerator.CreateForECDsa(key), start, start + TimeSpan.FromDays(36_500), [1]);
        return new DtlsIdentity(certificate.RawData, key, null);
    }

    public static CertificateFingerprint Fingerprint(this DtlsIdentity identity) =>
        CertificateFingerprint.Of(identity.Certificate.Span);

    /// <summary>SpecifiedECDomain (RFC 3279, section 2.3.5): field, curve, base point, order and cofactor.</summary>
    private static byte[] P256With(byte[] basePoint)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(1);
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier("1.2.840.10045.1.1");
                writer.WriteIntegerUnsigned(Number("FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF"));
            }

            using (writer.PushSequence())
            {
                writer.WriteOctetString(Number("FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFC"));
                writer.WriteOctetString(Number("5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B"));
            }

            writer.WriteOctetString(basePoint);
            writer.WriteIntegerUnsigned(Number("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551"));
            writer.WriteInteger(1);
        }

        return writer.Encode();

        static byte[] Number(string digits) => Convert.FromHexString(digits);
    }
}
