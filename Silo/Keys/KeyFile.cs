using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;

namespace QuicPair.Silo.Keys;

/// <summary>
/// The Mac's keys on disk: JSON sealed with AES-GCM under a key in a second file. Each file alone opens nothing.
/// </summary>
internal sealed class KeyFile
{
    private const int KeyBytes = 32;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly string _path;
    private readonly byte[] _seal;

    private KeyFile(string path, byte[] seal)
    {
        _path = path;
        _seal = seal;
    }

    private static ReadOnlySpan<byte> Magic => "QuicPair keys 1\n"u8;

    /// <summary>Opens the files, or makes them at the first start.</summary>
    /// <exception cref="StartupException">
    /// Others may open them, one is missing, or they are damaged. They are never replaced.
    /// </exception>
    public static KeyFile Open(DataFolder folder, out KeyFileContent content)
    {
        var path = folder.Of("keys");
        var sealPath = folder.Of("keys.seal");
        var sealing = OwnerFile.Read(sealPath);
        var sealedKeys = OwnerFile.Read(path);
        if (sealedKeys is null)
        {
            // The seal is written first, so a seal without keys is a first start that was cut short.
            if (sealing is null) OwnerFile.Write(sealPath, sealing = RandomNumberGenerator.GetBytes(KeyBytes));
            CheckSeal(sealing, sealPath);
            var file = new KeyFile(path, sealing);
            content = new KeyFileContent(
                RandomNumberGenerator.GetBytes(KeyBytes), null, ImmutableDictionary<string, DeviceRecord>.Empty);
            file.Write(content);
            return file;
        }

        if (sealing is null)
        {
            throw new StartupException($"The file {sealPath} is missing; without it the keys in {path} are lost.");
        }

        CheckSeal(sealing, sealPath);
        var opened = new KeyFile(path, sealing);
        content = opened.Unseal(sealedKeys);
        return opened;
    }

    /// <summary>Writes durably; when it returns, the keys survive a power cut.</summary>
    public void Write(KeyFileContent content)
    {
        var plaintext = KeyFileJson.Write(content);
        var file = new byte[Magic.Length + NonceBytes + TagBytes + plaintext.Length];
        Magic.CopyTo(file);
        var nonce = file.AsSpan(Magic.Length, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aead = new AesGcm(_seal, TagBytes);
        aead.Encrypt(
            nonce, plaintext, file.AsSpan(Magic.Length + NonceBytes + TagBytes),
            file.AsSpan(Magic.Length + NonceBytes, TagBytes), Magic);
        CryptographicOperations.ZeroMemory(plaintext);
        OwnerFile.Write(_path, file);
    }

    private KeyFileContent Unseal(byte[] file)
    {
        const int overhead = NonceBytes + TagBytes;
        if (file.Length < Magic.Length + overhead || !file.AsSpan().StartsWith(Magic)) throw Damaged(null);
        var sealedPart = file.AsSpan(Magic.Length);
        var plaintext = new byte[sealedPart.Length - overhead];
        try
        {
            using var aead = new AesGcm(_seal, TagBytes);
            aead.Decrypt(
                sealedPart[..NonceBytes], sealedPart[overhead..], sealedPart[NonceBytes..overhead], plaintext, Magic);
            return KeyFileJson.Read(plaintext);
        }
        catch (Exception problem) when (problem is CryptographicException or JsonException or FormatException)
        {
            throw Damaged(problem);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plaintext);
        }
    }

    private StartupException Damaged(Exception? cause) => new(
        $"The key file {_path} is damaged or belongs to another seal; restore it from a backup, or move it away "
        + "and pair every phone again.",
        cause);

    private static void CheckSeal(byte[] sealing, string path)
    {
        if (sealing.Length != KeyBytes) throw new StartupException($"The file {path} is damaged.");
    }
}
