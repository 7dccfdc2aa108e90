using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace QuicPair.Nat.Routers;

/// <summary>A certificate authority of the lab and a server's certificate from it, as PEM files.</summary>
/// <param name="Authority">What a client has to trust.</param>
/// <param name="Server">The server's certificate.</param>
/// <param name="Key">The server's key.</param>
internal sealed record LabCertificates(string Authority, string Server, string Key)
{
    public static LabCertificates At(string folder) => new(
        Path.Combine(folder, "ca.pem"), Path.Combine(folder, "server.pem"), Path.Combine(folder, "key.pem"));

    public static LabCertificates Write(string folder, string address)
    {
        var (begin, end) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authority = new CertificateRequest("CN=Lab", authorityKey, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        authority.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        using var root = authority.CreateSelfSigned(begin, end);

        using var serverKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var server = new CertificateRequest("CN=turn.lab", serverKey, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(address));
        names.AddDnsName("turn.lab");
        server.CertificateExtensions.Add(names.Build());
        using var leaf = server.Create(root, begin, end, RandomNumberGenerator.GetBytes(8));

        var files = At(folder);
        File.WriteAllText(files.Authority, root.ExportCertificatePem());
        File.WriteAllText(files.Server, leaf.ExportCertificatePem());
        File.WriteAllText(files.Key, serverKey.ExportPkcs8PrivateKeyPem());
        return files;
    }
}
