using System.Security.Cryptography;
using QuicPair.Protocol.Vouching;

namespace QuicPair.Silo.Keys;

/// <summary>
/// By what this Mac knows its household's members: a key that the first Mac made for this alone and keeps in its key
/// file, apart from the certificate authority's. It signs each member's static public key when that Mac joins.
/// </summary>
/// <param name="Root">The household's public key, SubjectPublicKeyInfo, pinned when this Mac joined.</param>
/// <param name="Statement">What it signed about this Mac.</param>
/// <param name="Signing">Its private half, PKCS #8; on the first Mac only.</param>
internal sealed record HouseholdTrust(byte[] Root, byte[] Statement, byte[]? Signing)
{
    /// <summary>Makes a household's key on its first Mac.</summary>
    public static HouseholdTrust Found(ReadOnlySpan<byte> macPublic)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var founded = new HouseholdTrust(key.ExportSubjectPublicKeyInfo(), [], key.ExportPkcs8PrivateKey());
        return founded with { Statement = founded.State(macPublic) };
    }

    /// <summary>Signs a member's key.</summary>
    /// <exception cref="InvalidOperationException">This is not the first Mac.</exception>
    public byte[] State(ReadOnlySpan<byte> macPublic)
    {
        using var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(Signing ?? throw new InvalidOperationException("Only the first Mac signs."), out _);
        return key.SignData(Voucher.Member(macPublic), HashAlgorithmName.SHA256);
    }

    /// <summary>Whether the household's key signed that this is a member's key.</summary>
    public bool Knows(ReadOnlySpan<byte> macPublic, ReadOnlySpan<byte> statement)
    {
        if (statement.Length != Voucher.StatementLength) return false;
        using var key = ECDsa.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(Root, out _);
            return key.VerifyData(Voucher.Member(macPublic), statement, HashAlgorithmName.SHA256);
        }
        catch (Exception failure) when (failure is CryptographicException or PlatformNotSupportedException)
        {
            return false;
        }
    }

    /// <summary>Without the key.</summary>
    public override string ToString() => nameof(HouseholdTrust);
}
