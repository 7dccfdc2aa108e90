using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace QuicPair.Cluster.Certificates;

/// <summary>
/// The household's certificate authority, made by its first Mac and kept there. It signs one kind of certificate: a
/// member's, whose only name is the member's silo name.
/// </summary>
public sealed class HouseholdAuthority : IDisposable
{
    /// <summary>The authority's private key in a household's folder, on the first Mac only.</summary>
    public const string KeyFile = "ca.key";

    // Ours. A member's clock may be a day behind the authority's.
    private static readonly TimeSpan Backdating = TimeSpan.FromDays(1);
    private static readonly TimeSpan AuthorityLife = TimeSpan.FromDays(20 * 365);
    private static readonly TimeSpan MemberLife = TimeSpan.FromDays(5 * 365);

    private readonly X509Certificate2 _certificate;
    private readonly TimeProvider _time;

    private HouseholdAuthority(X509Certificate2 certificate, TimeProvider time) =>
        (_certificate, _time) = (certificate, time);

    /// <summary>The authority's certificate as a PEM text.</summary>
    public string Certificate => _certificate.ExportCertificatePem();

    /// <summary>Makes a new authority.</summary>
    public static HouseholdAuthority Create(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=QuicPair household", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var now = time.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now - Backdating, now + AuthorityLife);
        return new HouseholdAuthority(MemberFiles.Usable(certificate), time);
    }

    /// <summary>
    /// Opens the authority of a folder; null when it has none, or has the key of a household that its Mac left.
    /// </summary>
    /// <exception cref="CertificateException">Its files cannot be used.</exception>
    public static HouseholdAuthority? Open(string folder, TimeProvider time) =>
        !File.Exists(Path.Combine(folder, KeyFile)) || IsOfAnother(folder)
            ? null
            : new HouseholdAuthority(MemberFiles.Read(folder, MemberFiles.Authority, KeyFile), time);

    /// <summary>Keeps the authority in a folder, its key readable by its owner only.</summary>
    public void Save(string folder)
    {
        MemberFiles.MakeFolder(folder);
        MemberFiles.Write(Path.Combine(folder, MemberFiles.Authority), Certificate, secret: false);
        using var key = _certificate.GetECDsaPrivateKey()!;
        MemberFiles.Write(Path.Combine(folder, KeyFile), key.ExportPkcs8PrivateKeyPem(), secret: true);
    }

    /// <summary>Signs a member's certificate.</summary>
    /// <param name="name">The member's silo name.</param>
    /// <param name="publicKey">Its ECDSA P-256 key, SubjectPublicKeyInfo in DER.</param>
    /// <returns>The certificate as a PEM text.</returns>
    /// <exception cref="CertificateException">The name or the key cannot stand in a certificate.</exception>
    public string Issue(string name, ReadOnlySpan<byte> publicKey)
    {
        var now = _time.GetUtcNow();
        return Issue(name, publicKey, now - Backdating, now + MemberLife);
    }

    /// <summary>Says that a member is one no more.</summary>
    internal Expulsion Expel(string name)
    {
        using var key = _certificate.GetECDsaPrivateKey()!;
        return Expulsion.Sign(name, key);
    }

    // A Mac that founded a household and then joined another one keeps the key of its own.
    private static bool IsOfAnother(string folder)
    {
        try
        {
            using var certificate =
                X509CertificateLoader.LoadCertificateFromFile(Path.Combine(folder, MemberFiles.Authority));
            using var key = ECDsa.Create();
            key.ImportFromPem(File.ReadAllText(Path.Combine(folder, KeyFile)));
            return !key.ExportSubjectPublicKeyInfo().SequenceEqual(certificate.PublicKey.ExportSubjectPublicKeyInfo());
        }
        catch (Exception failure) when (failure
            is IOException or CryptographicException or UnauthorizedAccessException or ArgumentException)
        {
            // What is wrong with the files is said when they are read.
            return false;
        }
    }

    internal string Issue(string name, ReadOnlySpan<byte> publicKey, DateTimeOffset from, DateTimeOffset until)
    {
        if (!MemberName.IsValid(name))
        {
            throw new CertificateException("That is no name of a silo.");
        }

        using var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(publicKey, out _);
        }
        catch (Exception failure) when (failure is CryptographicException or PlatformNotSupportedException)
        {
            throw new CertificateException("That is no public key of a member.", failure);
        }

        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([Usages.Server, Usages.Client], true));
        var start = from > _certificate.NotBefore ? from : _certificate.NotBefore;
        var end = until < _certificate.NotAfter ? until : _certificate.NotAfter;
        using var certificate = request.Create(_certificate, start, end, RandomNumberGenerator.GetBytes(16));
        return certificate.ExportCertificatePem();
    }

    /// <inheritdoc/>
    public void Dispose() => _certificate.Dispose();
}
