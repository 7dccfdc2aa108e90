using QuicPair.Rtc.Dtls;
using Xunit;

namespace QuicPair.Rtc.Sockets.Tests.Dtls;

/// <summary>Our handshake with OpenSSL's, both roles; its server asks for a cookie first.</summary>
public sealed class OpenSslTests : IDisposable
{
    private const int Patience = 60_000;

    private readonly LocalCertificate _certificate = LocalCertificate.Create();

    [Theory(Timeout = Patience)]
    [InlineData(DtlsRole.Client, "ECDHE-ECDSA-AES128-GCM-SHA256", "X25519:P-256")]
    [InlineData(DtlsRole.Client, "ECDHE-ECDSA-AES256-GCM-SHA384", "P-256")]
    [InlineData(DtlsRole.Server, "ECDHE-ECDSA-AES128-GCM-SHA256", "X25519:P-256")]
    [InlineData(DtlsRole.Server, "ECDHE-ECDSA-AES256-GCM-SHA384", "P-256")]
    public async Task Both_ends_talk(DtlsRole ours, string cipher, string group)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var peer = new OpenSslPeer();
        peer.Start(ours == DtlsRole.Client ? DtlsRole.Server : DtlsRole.Client, cipher, group);
        using var end = new OwnEnd(_certificate, peer.Send, peer.Receive);
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

    public void Dispose() => _certificate.Dispose();
}
