using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using QuicPair.Nat.Lab;
using Xunit;

namespace QuicPair.Nat.Routers;

/// <summary>The server of the lab answers where the matrix expects it.</summary>
public sealed class TurnServerTests : IDisposable
{
    // RFC 8489: a binding request without attributes.
    private static readonly byte[] Request =
        [0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("qplab");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(TurnServer.Address)]
    [InlineData(TurnServer.FirstStun)]
    [InlineData(TurnServer.SecondStun)]
    public async Task It_says_which_address_a_router_has_outside(string address)
    {
        Lane.Require();
        using var internet = new Internet();
        using var turn = TurnServer.Start(internet, _folder.FullName);
        using var site = Site.Create(internet, NatKind.PortRestricted, 11);
        using var socket = site.Host.Run(() =>
            new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));

        await socket.SendToAsync(Request, new IPEndPoint(IPAddress.Parse(address), TurnServer.Port), Cancellation);
        var answer = new byte[600];
        var length = await socket.ReceiveAsync(answer, Cancellation);
        Assert.True(answer.AsSpan(0, length).IndexOf(Hidden("198.51.100.11")) > 0);
    }

    [Fact]
    public async Task It_speaks_tls_on_port_443_with_a_certificate_of_the_labs_authority()
    {
        Lane.Require();
        using var internet = new Internet();
        using var turn = TurnServer.Start(internet, _folder.FullName);
        using var site = Site.Create(internet, NatKind.OnlyTls, 11);
        using var socket = site.Host.Run(() =>
            new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        await socket.ConnectAsync(TurnServer.Address, TurnServer.TlsPort, Cancellation);
        using var authority = X509CertificateLoader.LoadCertificateFromFile(
            LabCertificates.At(_folder.FullName).Authority);
        await using var tls = new SslStream(new NetworkStream(socket));
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = TurnServer.Address,
                CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    RevocationMode = X509RevocationMode.NoCheck,
                    CustomTrustStore = { authority },
                },
            },
            Cancellation);
        await tls.WriteAsync(Request, Cancellation);
        var header = new byte[4];
        await tls.ReadExactlyAsync(header, Cancellation);
        Assert.Equal([1, 1], header[..2]);
    }

    // RFC 8489, 14.2: XOR-MAPPED-ADDRESS hides the address under the magic cookie.
    private static byte[] Hidden(string address) =>
        [.. IPAddress.Parse(address).GetAddressBytes().Zip(Request.Skip(4), (one, other) => (byte)(one ^ other))];
}
