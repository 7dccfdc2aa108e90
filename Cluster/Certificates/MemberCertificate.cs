using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace QuicPair.Cluster.Certificates;

/// <summary>A member's certificate and key, and the authority that it trusts.</summary>
public sealed class MemberCertificate : IDisposable
{
    private const string CertificateFile = "member.pem";
    private const string KeyFile = "member.key";

    private readonly X509Certificate2 _authority;

    private MemberCertificate(X509Certificate2 certificate, X509Certificate2 authority, string folder)
    {
        Certificate = certificate;
        _authority = authority;
        Folder = folder;
        Name = NameIn(certificate);
    }

    /// <summary>The member's silo name.</summary>
    public string Name { get; }

    /// <summary>When it ends.</summary>
    public DateTimeOffset Expires => Certificate.NotAfter;

    /// <summary>Whether this member was expelled, as far as it has heard.</summary>
    public bool IsExpelled => ExpelledMembers.In(Folder).Contains(Name);

    /// <summary>Where its files are.</summary>
    internal string Folder { get; }

    /// <summary>The certificate with its key.</summary>
    internal X509Certificate2 Certificate { get; }

    /// <summary>Opens the certificate of a folder; null when it has none.</summary>
    /// <exception cref="CertificateException">Its files cannot be used.</exception>
    public static MemberCertificate? Open(string folder)
    {
        if (!File.Exists(Path.Combine(folder, CertificateFile)))
        {
            return null;
        }

        var certificate = MemberFiles.Read(folder, CertificateFile, KeyFile);
        var authority = Path.Combine(folder, MemberFiles.Authority);
        try
        {
            return new MemberCertificate(
                certificate, X509CertificateLoader.LoadCertificateFromFile(authority), folder);
        }
        catch (CryptographicException failure)
        {
            throw new CertificateException($"{authority} cannot be used.", failure);
        }
    }

    /// <summary>Keeps a member's files in a folder, the key readable by its owner only.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="certificate">The certificate, PEM.</param>
    /// <param name="key">Its key, PKCS #8 PEM.</param>
    /// <param name="authority">The authority's certificate, PEM.</param>
    public static void Save(string folder, string certificate, string key, string authority)
    {
        MemberFiles.MakeFolder(folder);
        MemberFiles.Write(Path.Combine(folder, MemberFiles.Authority), authority, secret: false);
        MemberFiles.Write(Path.Combine(folder, KeyFile), key, secret: true);
        MemberFiles.Write(Path.Combine(folder, CertificateFile), certificate, secret: false);
    }

    /// <summary>Draws a key, has it signed and keeps both in a folder.</summary>
    /// <param name="authority">Who signs.</param>
    /// <param name="name">The member's silo name.</param>
    /// <param name="folder">The folder.</param>
    public static void Issue(HouseholdAuthority authority, string name, string folder)
    {
        ArgumentNullException.ThrowIfNull(authority);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var certificate = authority.Issue(name, key.ExportSubjectPublicKeyInfo());
        Save(folder, certificate, key.ExportPkcs8PrivateKeyPem(), authority.Certificate);
    }

    /// <summary>The certificate as it is shown to others, DER.</summary>
    public byte[] Encoded => Certificate.RawData;

    /// <summary>
    /// The silo name of another member's certificate, DER; null when it is not of this household, not valid, of a
    /// member that was expelled, or no certificate.
    /// </summary>
    public string? NameOf(ReadOnlySpan<byte> encoded)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(encoded);
            return NameOf(certificate);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>
    /// The silo name of a peer's certificate; null when it is not of this household, not valid, or of a member that was
    /// expelled.
    /// </summary>
    internal string? NameOf(X509Certificate? peer)
    {
        if (peer is null)
        {
            return null;
        }

        using var certificate = X509CertificateLoader.LoadCertificate(peer.GetRawCertData());
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(_authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(Usages.Client);
        chain.ChainPolicy.ApplicationPolicy.Add(Usages.Server);
        return chain.Build(certificate) && chain.ChainElements.Count == 2 && NameIn(certificate) is { } name
            && MemberName.IsValid(name) && !ExpelledMembers.In(Folder).Contains(name)
                ? name
                : null;
    }

    /// <summary>Whether it is the authority that says so.</summary>
    internal bool Confirms(Expulsion expulsion)
    {
        using var key = _authority.GetECDsaPublicKey();
        return key is not null && MemberName.IsValid(expulsion.Name) && expulsion.IsSignedBy(key);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Certificate.Dispose();
        _authority.Dispose();
    }

    private static string NameIn(X509Certificate2 certificate) =>
        certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
}
