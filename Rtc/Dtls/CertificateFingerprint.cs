using System.Security.Cryptography;

namespace QuicPair.Rtc.Dtls;

/// <summary>
/// The hash of a certificate as a description carries it: <c>a=fingerprint:sha-256 4A:AD:…</c> (RFC 8122,
/// section 5). Hash functions that are broken (MD5, SHA-1) are not read.
/// </summary>
public sealed class CertificateFingerprint : IEquatable<CertificateFingerprint>
{
    private readonly byte[] _hash;

    private CertificateFingerprint(string algorithm, byte[] hash) => (Algorithm, _hash) = (algorithm, hash);

    /// <summary>The hash function: <c>sha-256</c>, <c>sha-384</c> or <c>sha-512</c>.</summary>
    public string Algorithm { get; }

    /// <summary>The hash.</summary>
    public ReadOnlySpan<byte> Hash => _hash;

    /// <summary>The SHA-256 fingerprint of <paramref name="certificate"/> (DER).</summary>
    public static CertificateFingerprint Of(ReadOnlySpan<byte> certificate) =>
        new("sha-256", SHA256.HashData(certificate));

    /// <summary>Reads the value of <c>a=fingerprint</c>; the case of either part does not matter.</summary>
    public static bool TryParse(ReadOnlySpan<char> value, out CertificateFingerprint? fingerprint)
    {
        fingerprint = null;
        value = value.Trim();
        var space = value.IndexOf(' ');
        if (space <= 0 || !TryFindAlgorithm(value[..space], out var algorithm, out var length)) return false;

        var digits = value[(space + 1)..].Trim();
        if (digits.Length != (length * 3) - 1) return false;
        var hash = new byte[length];
        for (var index = 0; index < length; index++)
        {
            if (index > 0 && digits[(index * 3) - 1] != ':') return false;
            if (!TryReadPair(digits.Slice(index * 3, 2), out hash[index])) return false;
        }

        fingerprint = new CertificateFingerprint(algorithm, hash);
        return true;
    }

    /// <summary>Whether <paramref name="certificate"/> (DER) has this fingerprint.</summary>
    public bool Matches(ReadOnlySpan<byte> certificate)
    {
        Span<byte> actual = stackalloc byte[SHA512.HashSizeInBytes];
        var length = Algorithm switch
        {
            "sha-256" => SHA256.HashData(certificate, actual),
            "sha-384" => SHA384.HashData(certificate, actual),
            _ => SHA512.HashData(certificate, actual),
        };
        return CryptographicOperations.FixedTimeEquals(actual[..length], _hash);
    }

    /// <inheritdoc/>
    public bool Equals(CertificateFingerprint? other) =>
        other is not null
        && Algorithm == other.Algorithm
        && CryptographicOperations.FixedTimeEquals(_hash, other._hash);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as CertificateFingerprint);

    /// <inheritdoc/>
    public override int GetHashCode() => BitConverter.ToInt32(_hash);

    /// <summary>The value of <c>a=fingerprint</c>, with upper-case digits.</summary>
    public override string ToString() =>
        $"{Algorithm} {string.Join(':', _hash.Select(value => value.ToString("X2", null)))}";

    private static bool TryFindAlgorithm(ReadOnlySpan<char> name, out string algorithm, out int length)
    {
        (algorithm, length) = Is(name, "sha-256") ? ("sha-256", SHA256.HashSizeInBytes)
            : Is(name, "sha-384") ? ("sha-384", SHA384.HashSizeInBytes)
            : Is(name, "sha-512") ? ("sha-512", SHA512.HashSizeInBytes)
            : ("", 0);
        return length > 0;

        static bool Is(ReadOnlySpan<char> name, string algorithm) =>
            name.Equals(algorithm, StringComparison.OrdinalIgnoreCase);
    }

    private static bool TryReadPair(ReadOnlySpan<char> pair, out byte value)
    {
        value = 0;
        if (!char.IsAsciiHexDigit(pair[0]) || !char.IsAsciiHexDigit(pair[1])) return false;
        value = byte.Parse(pair, System.Globalization.NumberStyles.AllowHexSpecifier, null);
        return true;
    }
}
