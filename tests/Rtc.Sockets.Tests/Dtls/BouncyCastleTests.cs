using Org.BouncyCastle.Tls;
using QuicPair.Rtc.Dtls;
using QuicPair.Rtc.Sockets.Tests.Dtls.BouncyCastle;
using Xunit;

namespace QuicPair.Rtc.Sockets.Tests.Dtls;

/// <summary>Our handshake with BouncyCastle's, both roles, each suite and group.</summary>
public sealed class BouncyCastleTests : IDisposable
{
    private const int Patience = 60_000;

    private readonly LocalCertificate _certificate = LocalCertificate.Create();

    public static TheoryData<DtlsRole, int, int> Combinations =>
        new MatrixTheoryData<DtlsRole, int, int>(
            [DtlsRole.Client, DtlsRole.Server],
            [
                CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
                CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
            ],
            [NamedGroup.x25519, NamedGroup.secp256r1]);

    [Theory(Timeout = Patience)]
    [MemberData(nameof(Combinations))]
    public async Task Both_ends_talk(DtlsRole ours, int cipherSuite, int group) =>
        await Meet(ours, cipherSuite, group, _ => { }, TestContext.Current.CancellationToken);

    [Theory(Timeout = Patience)]
    [InlineData(DtlsRole.Client)]
    [InlineData(DtlsRole.Server)]
    public async Task Every_second_datagram_of_the_handshake_is_lost(DtlsRole ours)
    {
        var count = 0;
        await Meet(
            ours,
            CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
            NamedGroup.x25519,
            end => end.Outgoing = datagrams => datagrams.Where(_ => end.Transport.State == DtlsState.Connected
                || count++ % 2 == 1),
            TestContext.Current.CancellationToken);
    }

    [Theory(Timeout = Patience)]
    [InlineData(DtlsRole.Client, true)]
    [InlineData(DtlsRole.Client, false)]
    [InlineData(DtlsRole.Server, true)]
    [InlineData(DtlsRole.Server, false)]
    public async Task Every_second_datagram_of_the_first_is_lost_or_overtaken_both_ways(DtlsRole ours, bool isLost)
    {
        var toThem = new RoughPath(isLost, sparesFirst: false);
        var toUs = new RoughPath(isLost, sparesFirst: false);
        await Meet(
            ours,
            CipherSuite.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
            NamedGroup.x25519,
            end =>
            {
                end.Incoming = toUs.Pass;
                end.Outgoing = datagrams => [.. datagrams.SelectMany(toThem.Pass)];
            },
            TestContext.Current.CancellationToken);

        Assert.True(toThem.Harmed > 0 && toUs.Harmed > 0, $"harmed: {toThem.Harmed} of ours, {toUs.Harmed} of theirs");
    }

    public void Dispose() => _certificate.Dispose();

    private async Task Meet(
        DtlsRole ours, int cipherSuite, int group, Action<OwnEnd> prepare, CancellationToken cancellation)
    {
        var wire = new DatagramWire();
        using var peer = new BouncyCastlePeer(wire, cipherSuite, group);
        using var end = new OwnEnd(
            _certificate, datagram => wire.ToThem.Writer.TryWrite(datagram), wire.ToUs.Reader.ReadAsync);
        prepare(end);
        var theirs = ours == DtlsRole.Client ? DtlsRole.Server : DtlsRole.Client;
        var talk = peer.Run(theirs, _certificate.Fingerprint, "from BouncyCastle"u8.ToArray());
        end.Start(ours, peer.Certificate.Fingerprint);
        await end.RunUntil(() => end.Transport.State == DtlsState.Connected && end.Received.Count > 0, cancellation);
        end.Send("from us"u8);

        Assert.Equal(["from BouncyCastle"u8.ToArray()], end.Received);
        Assert.Equal("from us"u8.ToArray(), await talk.WaitAsync(cancellation));
        Assert.Equal(peer.Certificate.Der.ToArray(), end.Transport.PeerCertificate.ToArray());
    }
}
