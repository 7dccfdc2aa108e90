using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using QuicPair.Rtc.Dtls;
using QuicPair.Rtc.Dtls.Handshake;
using QuicPair.Rtc.Machine;

namespace QuicPair.Fuzz.Targets;

/// <summary>
/// A handshake, as client or server. The input is datagrams, each behind its length in two bytes; time passes between
/// them, so that flights are repeated.
/// </summary>
internal static class DtlsHandshakeTarget
{
    private static readonly DtlsIdentity Identity = CreateIdentity();

    public static void Client(ReadOnlySpan<byte> input) => Run(DtlsRole.Client, input);

    public static void Server(ReadOnlySpan<byte> input) => Run(DtlsRole.Server, input);

    private static void Run(DtlsRole role, ReadOnlySpan<byte> input)
    {
        var now = Instant.Start;
        var fingerprint = CertificateFingerprint.Of(Identity.Certificate.Span);
        using var transport = new DtlsTransport(new DtlsHandshake(Identity, new FixedEntropy(1)));
        transport.Start(now, new DtlsParameters(role, [fingerprint], TimeSpan.FromMilliseconds(10)));
        Span<byte> answer = stackalloc byte[2_048];
        while (input.Length >= sizeof(ushort))
        {
            var length = Math.Min(BinaryPrimitives.ReadUInt16BigEndian(input) % 3_000, input.Length - sizeof(ushort));
            transport.HandleDatagram(now, input.Slice(sizeof(ushort), length));
            input = input[(sizeof(ushort) + length)..];
            now += TimeSpan.FromMilliseconds(30);
            transport.HandleTimeout(now);
            while (transport.TryReceive(out _))
            {
            }

            while (transport.TryTransmit(now, answer, out _))
            {
            }
        }
    }

    private static DtlsIdentity CreateIdentity()
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=WebRTC", key, HashAlgorithmName.SHA256);
        var start = DateTimeOffset.UnixEpoch;
        using var certificate = request.CreateSelfSigned(start, start + TimeSpan.FromDays(36_500));
        return new DtlsIdentity(certificate.RawData, key, X25519: null);
    }
}
