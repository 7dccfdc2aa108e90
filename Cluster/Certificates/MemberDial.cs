using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;

namespace QuicPair.Cluster.Certificates;

/// <summary>Whether a member can be reached from here, and is who it should be.</summary>
public static class MemberDial
{
    /// <summary>Connects, shakes hands and hangs up.</summary>
    /// <param name="at">Where the member's silo listens.</param>
    /// <param name="name">Its silo name.</param>
    /// <param name="self">The certificate to show.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    /// <exception cref="CertificateException">Somebody else is there.</exception>
    /// <exception cref="SocketException">It cannot be reached.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public static async Task Check(
        IPEndPoint at, string name, MemberCertificate self, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(self);
        using var client = new TcpClient(at?.AddressFamily ?? AddressFamily.InterNetwork);
        await client.ConnectAsync(at!, cancellation);
        await using var stream = client.GetStream();
        await Check(stream, name, self, cancellation);
    }

    /// <summary>Shakes hands over a connection to a member's silo.</summary>
    /// <exception cref="CertificateException">Somebody else is there.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    internal static async Task Check(
        Stream stream, string name, MemberCertificate self, CancellationToken cancellation)
    {
        await using var ssl = new SslStream(stream, leaveInnerStreamOpen: true);
        try
        {
            await ssl.AuthenticateAsClientAsync(MemberTls.Client(self, there => there == name), cancellation);
        }
        catch (AuthenticationException failure)
        {
            throw new CertificateException($"Somebody else than {name} is there.", failure);
        }
    }
}
