using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace QuicPair.Protocol;

/// <summary>
/// Every key and id that QP/1 derives (sections 2, 4 and 5): HKDF-SHA256, 32-byte keys, ASCII labels.
/// </summary>
public static class KeySchedule
{
    /// <summary>Bytes of every key, of a secret and of <c>k</c>.</summary>
    public const int KeyLength = 32;

    private const int IdLength = 10;
    private const uint Million = 1_000_000;

    /// <summary><c>b32(SHA-256("quicpair/1 mac" ‖ M.public)[0..10])</c>, 16 characters.</summary>
    public static string MacId(ReadOnlySpan<byte> macPublic)
    {
        var label = "quicpair/1 mac"u8;
        Span<byte> input = stackalloc byte[label.Length + KeyLength];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        label.CopyTo(input);
        macPublic.CopyTo(input[label.Length..]);
        SHA256.HashData(input, hash);
        return Base32.Encode(hash[..IdLength]);
    }

    /// <summary><c>b32(HKDF(secret, "", "quicpair/1 device")[0..10])</c>, 16 characters.</summary>
    public static string DeviceId(ReadOnlySpan<byte> secret)
    {
        Span<byte> id = stackalloc byte[IdLength];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, id, [], "quicpair/1 device"u8);
        return Base32.Encode(id);
    }

    /// <summary>The PSK of mode 1: <c>HKDF(secret, "", "quicpair/1 psk")</c>.</summary>
    public static byte[] Psk(ReadOnlySpan<byte> secret) => Derive(secret, [], "quicpair/1 psk");

    /// <summary>The key of offers in mode 1: <c>HKDF(secret, "", "quicpair/1 offer")</c>.</summary>
    public static byte[] OfferKey(ReadOnlySpan<byte> secret) => Derive(secret, [], "quicpair/1 offer");

    /// <summary>
    /// <c>HKDF(secret ‖ k, h, "quicpair/1 root")</c>; zero it once the two lasting keys are derived.
    /// </summary>
    public static byte[] Root(
        ReadOnlySpan<byte> secret, ReadOnlySpan<byte> k, ReadOnlySpan<byte> handshakeHash)
    {
        Span<byte> both = stackalloc byte[2 * KeyLength];
        secret.CopyTo(both);
        k.CopyTo(both[KeyLength..]);
        var root = Derive(both, handshakeHash, "quicpair/1 root");
        CryptographicOperations.ZeroMemory(both);
        return root;
    }

    /// <summary>
    /// The root of a pairing that another Mac vouched for: <c>HKDF(secret, "", "quicpair/1 vouched")</c>; zero it once
    /// the two lasting keys are derived.
    /// </summary>
    public static byte[] VouchedRoot(ReadOnlySpan<byte> secret) => Derive(secret, [], "quicpair/1 vouched");

    /// <summary>The PSK of mode 2: <c>HKDF(root, "", "quicpair/1 psk")</c>.</summary>
    public static byte[] LastingPsk(ReadOnlySpan<byte> root) => Psk(root);

    /// <summary>The key of offers in mode 2: <c>HKDF(root, "", "quicpair/1 offer")</c>.</summary>
    public static byte[] LastingOfferKey(ReadOnlySpan<byte> root) => OfferKey(root);

    /// <summary>
    /// Six digits that both ends show: <c>u32(HKDF(h, "", "quicpair/1 code")[0..4]) mod 10^6</c>.
    /// </summary>
    public static string ConfirmationCode(ReadOnlySpan<byte> handshakeHash)
    {
        Span<byte> bytes = stackalloc byte[4];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, handshakeHash, bytes, [], "quicpair/1 code"u8);
        var code = BinaryPrimitives.ReadUInt32BigEndian(bytes) % Million;
        return code.ToString("D6", CultureInfo.InvariantCulture);
    }

    private static byte[] Derive(ReadOnlySpan<byte> input, ReadOnlySpan<byte> salt, string label)
    {
        Span<byte> info = stackalloc byte[label.Length];
        Encoding.ASCII.GetBytes(label, info);
        var key = new byte[KeyLength];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, input, key, salt, info);
        return key;
    }
}
