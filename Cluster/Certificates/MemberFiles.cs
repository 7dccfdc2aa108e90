using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace QuicPair.Cluster.Certificates;

/// <summary>The files of a household's folder. A key that others can read is refused.</summary>
internal static class MemberFiles
{
    public const string Authority = "ca.pem";

    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerFolder = OwnerFile | UnixFileMode.UserExecute;
    private const UnixFileMode Others = ~(OwnerFolder | UnixFileMode.GroupRead);

    public static void MakeFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, OwnerFolder);
        }
    }

    /// <summary>Replaces a file durably; a kill leaves the old one or the new one.</summary>
    public static void Write(string path, string text, bool secret)
    {
        var draft = $"{path}.{Environment.ProcessId}.new";
        File.Delete(draft);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = secret ? OwnerFile : OwnerFile | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        }

        using (var stream = new FileStream(draft, options))
        using (var writer = new StreamWriter(stream))
        {
            writer.Write(text);
            writer.Flush();
            stream.Flush(flushToDisk: true);
        }

        File.Move(draft, path, overwrite: true);
    }

    /// <summary>Reads a certificate with its key.</summary>
    /// <exception cref="CertificateException">A file is missing, open to others or unreadable.</exception>
    public static X509Certificate2 Read(string folder, string certificate, string key)
    {
        var (certificateFile, keyFile) = (Path.Combine(folder, certificate), Path.Combine(folder, key));
        try
        {
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(keyFile) & Others) != 0)
            {
                throw new CertificateException($"{keyFile} can be read by others; chmod 600 it.");
            }

            using var pair = X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
            return Usable(pair);
        }
        catch (Exception failure) when (failure is IOException or CryptographicException or UnauthorizedAccessException)
        {
            throw new CertificateException($"{certificateFile} and {keyFile} cannot be used.", failure);
        }
    }

    /// <summary>A certificate that TLS takes on every platform; some refuse keys that were made in memory.</summary>
    public static X509Certificate2 Usable(X509Certificate2 certificate) =>
        X509CertificateLoader.LoadPkcs12(
            certificate.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
}
