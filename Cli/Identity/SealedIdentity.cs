using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NSec.Cryptography;

namespace QuicPair.Cli.Identity;

/// <summary>
/// Files sealed under a passphrase: AES-256-GCM under a key of Argon2id; the parameters are authenticated.
/// </summary>
internal static class SealedIdentity
{
    private const int SaltBytes = 16;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int KeyBytes = 32;
    private const int MemoryKibibytes = 64 * 1024;
    private const int Passes = 3;

    private static readonly byte[] Header = Encoding.ASCII.GetBytes(
        $"QuicPair identity 1 argon2id m={MemoryKibibytes} t={Passes} p=1 aes-256-gcm\n");

    /// <summary>Seals the files, name to content.</summary>
    public static byte[] Seal(IReadOnlyDictionary<string, byte[]> files, string passphrase)
    {
        var content = new JsonObject();
        foreach (var (name, bytes) in files)
        {
            content[name] = Convert.ToBase64String(bytes);
        }

        var plaintext = Encoding.UTF8.GetBytes(content.ToJsonString());
        var random = RandomNumberGenerator.GetBytes(SaltBytes + NonceBytes);
        var key = Derive(passphrase, random.AsSpan(0, SaltBytes));
        var sealing = new byte[plaintext.Length + TagBytes];
        using var aead = new AesGcm(key, TagBytes);
        aead.Encrypt(
            random.AsSpan(SaltBytes), plaintext, sealing.AsSpan(0, plaintext.Length),
            sealing.AsSpan(plaintext.Length), Header);
        CryptographicOperations.ZeroMemory(plaintext);
        CryptographicOperations.ZeroMemory(key);
        return [.. Header, .. random, .. sealing];
    }

    /// <summary>Opens what <see cref="Seal"/> made; null when passphrase or file are not the right ones.</summary>
    public static IReadOnlyDictionary<string, byte[]>? Open(ReadOnlySpan<byte> file, string passphrase)
    {
        if (!file.StartsWith(Header) || file.Length < Header.Length + SaltBytes + NonceBytes + TagBytes)
        {
            return null;
        }

        var random = file.Slice(Header.Length, SaltBytes + NonceBytes);
        var sealing = file[(Header.Length + SaltBytes + NonceBytes)..];
        var key = Derive(passphrase, random[..SaltBytes]);
        var plaintext = new byte[sealing.Length - TagBytes];
        try
        {
            using var aead = new AesGcm(key, TagBytes);
            aead.Decrypt(random[SaltBytes..], sealing[..^TagBytes], sealing[^TagBytes..], plaintext, Header);
            return JsonElement.Parse(plaintext).EnumerateObject()
                .ToDictionary(field => field.Name, field => field.Value.GetBytesFromBase64());
        }
        catch (CryptographicException)
        {
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
            CryptographicOperations.ZeroMemory(plaintext);
        }
    }

    private static byte[] Derive(string passphrase, ReadOnlySpan<byte> salt)
    {
        var parameters = new Argon2Parameters
        {
            DegreeOfParallelism = 1,
            MemorySize = MemoryKibibytes,
            NumberOfPasses = Passes,
        };
        return PasswordBasedKeyDerivationAlgorithm.Argon2id(parameters).DeriveBytes(passphrase, salt, KeyBytes);
    }
}
