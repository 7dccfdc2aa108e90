using System.Security.Cryptography;
using System.Text;

namespace QuicPair.Cluster.Certificates;

/// <summary>
/// The authority's word that a member is one no more: ECDSA over SHA-256, r and s of 32 bytes each, by the key of its
/// certificate. Whoever can only write to the database can make none.
/// </summary>
/// <param name="Name">The member's silo name.</param>
/// <param name="Signature">The signature.</param>
internal sealed record Expulsion(string Name, byte[] Signature)
{
    private const int SignatureLength = 64;

    private static ReadOnlySpan<byte> Label => "quicpair/1 expelled\0"u8;

    public static Expulsion Sign(string name, ECDsa key) =>
        new(name, key.SignData(Message(name), HashAlgorithmName.SHA256));

    public bool IsSignedBy(ECDsa key) => Signature.Length == SignatureLength
        && key.VerifyData(Message(Name), Signature, HashAlgorithmName.SHA256);

    private static byte[] Message(string name) => [.. Label, .. Encoding.UTF8.GetBytes(name)];
}
