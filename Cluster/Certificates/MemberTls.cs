using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace QuicPair.Cluster.Certificates;

/// <summary>How members of a household shake hands: both show a certificate of its authority.</summary>
internal static class MemberTls
{
    private const SslProtocols Versions = SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <summary>For the end that dials.</summary>
    /// <param name="self">The certificate to show.</param>
    /// <param name="expected">Whether the member of a name is the one that should be there.</param>
    public static SslClientAuthenticationOptions Client(MemberCertificate self, Func<string, bool> expected) => new()
    {
        TargetHost = ClusterIdentity.ServiceId,
        ClientCertificateContext = Context(self),
        RemoteCertificateValidationCallback = (_, peer, _, _) => self.NameOf(peer) is { } name && expected(name),
        EnabledSslProtocols = Versions,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        AllowTlsResume = false,
    };

    /// <summary>For the end that is dialled; any member may come.</summary>
    public static SslServerAuthenticationOptions Server(MemberCertificate self) => new()
    {
        ServerCertificateContext = Context(self),
        ClientCertificateRequired = true,
        RemoteCertificateValidationCallback = (_, peer, _, _) => self.NameOf(peer) is not null,
        EnabledSslProtocols = Versions,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        AllowTlsResume = false,
    };

    /// <summary>The silo name of who is at the other end, once hands are shaken.</summary>
    /// <exception cref="AuthenticationException">It was expelled meanwhile.</exception>
    public static string NameOf(this MemberCertificate self, SslStream there) =>
        self.NameOf(there.RemoteCertificate)
        ?? throw new AuthenticationException("The member was expelled while it shook hands.");

    private static SslStreamCertificateContext Context(MemberCertificate self) =>
        SslStreamCertificateContext.Create(self.Certificate, null, offline: true);
}
