using QuicPair.Rtc.Dtls;
using Xunit;

namespace QuicPair.Rtc.Sockets.Tests.Dtls;

/// <summary>Our handshake with OpenSSL's, both roles; its server asks for a cookie first.</summary>
public sealed class OpenSslTests : IDisposable
{
    private const int Patience = 60_000;
    private const string Aes128 = "ECDHE-ECDSA-AES128-GCM-SHA256";
    private const string Aes256 = "ECDHE-ECDSA-AES256-GCM-SHA384";

    private readonly LocalCertificate _certificate = LocalCertificate.Create();

    [Theory(Timeout = Patience)]
    [InlineData(DtlsRole.Client, Aes128, "X25519:P-256")]
    [InlineData(DtlsRole.Client, Aes128, "P-256")]
    [InlineData(DtlsRole.Client, Aes256, "X25519:P-256")]
    [InlineData(DtlsRole.Client, Aes256, "P-256")]
    [InlineData(DtlsRole.Server, Aes128, "X25519:P-256")]
    [InlineData(DtlsRole.Server, Aes128, "P-256")]
    [InlineData(DtlsRole.Server, Aes256, "X25519:P-256")]
    [InlineData(DtlsRole.Server, Aes256, "P-256")]
    public async Task Both_ends_talk(DtlsRole ours, string cipher, string group) =>
        await Meet(ours, cipher, group, _ => { }, TestContext.Current.CancellationToken);

    /// <summary>
    /// What they send first arrives: a request for a cookie is not repeated by a timer. What we send counts from then
    /// on, as openssl may not listen before.
    /// </summary>
    [Theory(Timeout = Patience)]
    [InlineData(DtlsRole.Client, true)]
    [InlineData(DtlsRole.Client, false)]
    [InlineData(DtlsRole.Server, true)]
    [InlineData(DtlsRole.Server, false)]
    public async Task Every_second_datagram_of_the_first_is_lost_or_overtaken_both_ways(DtlsRole ours, bool isLost)
    {
        var toThem = new RoughPath(isLost, sparesFirst: false);
        var toUs = new RoughPath(isLost, sparesFirst: true);
        var isThere = false;
        await Meet(
            ours,
            Aes128,
            "X25519:P-256",
            end =>
            {
                end.Incoming = datagram =>
                {
                    isThere = true;
                    return toUs.Pass(datagram);
                };
                end.Outgoing = datagrams => isThere ? [.. datagrams.SelectMany(toThem.Pass)] : datagrams;
            },
            TestContext.Current.CancellationToken);

        Assert.True(toThem.Harmed > 0 && toUs.Harmed > 0, $"harmed: {toThem.Harmed} of ours, {toUs.Harmed} of theirs");
    }

    public void Dispose() => _certificate.Dispose();

    private async Task Meet(
        DtlsRole ours, string cipher, string group, Action<OwnEnd> prepare, CancellationToken cancellation)
    {
        using var peer = new OpenSslPeer();
        peer.Start(ours == DtlsRole.Client ? DtlsRole.Server : DtlsRole.Client, cipher, group);
        using var end = new OwnEnd(_certificate, peer.Send, peer.Receive);
        prepare(end);
        end.Start(ours, peer.Certificate.Fingerprint);
        await end.RunUntil(() => end.Transport.State != DtlsState.Handshaking, cancellation);
        Assert.Equal(DtlsState.Connected, end.Transport.State);

        await peer.Say("from OpenSSL");
        await end.RunUntil(() => end.Received.Count > 0, cancellation);
        end.Send("from us"u8);
        await peer.Hear("from us", cancellation);

        Assert.Equal("from OpenSSL\n"u8.ToArray(), end.Received[0]);
        Assert.Equal(peer.Certificate.Der.ToArray(), end.Transport.PeerCertificate.ToArray());
    }
}
