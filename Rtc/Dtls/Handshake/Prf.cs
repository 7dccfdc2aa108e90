using System.Security.Cryptography;
using System.Text;

namespace QuicPair.Rtc.Dtls.Handshake;

/// <summary>
/// The pseudorandom function of TLS 1.2 (RFC 5246, section 5) with the hash of the cipher suite, and that hash.
/// </summary>
internal readonly struct Prf(bool isSha384)
{
    private const int LongestHash = SHA384.HashSizeInBytes;

    // The seeds are two random numbers, or a hash; labels are shorter than 24 bytes.
    private const int LongestSeed = 24 + 64;

    private int HashLength => isSha384 ? SHA384.HashSizeInBytes : SHA256.HashSizeInBytes;

    /// <summary>The hash of <paramref name="data"/>.</summary>
    public ReadOnlySpan<byte> Hash(ReadOnlySpan<byte> data, Span<byte> destination)
    {
        var length = isSha384 ? SHA384.HashData(data, destination) : SHA256.HashData(data, destination);
        return destination[..length];
    }

    /// <summary>
    /// P_hash: A(0) = label + seed, A(i) = HMAC(secret, A(i-1)), output = HMAC(secret, A(i) + label + seed) …
    /// </summary>
    public void Expand(
        ReadOnlySpan<byte> secret, string label, ReadOnlySpan<byte> seed, Span<byte> destination)
    {
        Span<byte> block = stackalloc byte[LongestHash + LongestSeed];
        var labelled = block[HashLength..];
        var length = Encoding.ASCII.GetBytes(label, labelled);
        seed.CopyTo(labelled[length..]);
        labelled = labelled[..(length + seed.Length)];

        Span<byte> output = stackalloc byte[LongestHash];
        var chained = block[..HashLength];
        Authenticate(secret, labelled, chained);
        while (true)
        {
            Authenticate(secret, block[..(HashLength + labelled.Length)], output);
            var count = Math.Min(HashLength, destination.Length);
            output[..count].CopyTo(destination);
            destination = destination[count..];
            if (destination.IsEmpty) break;
            Authenticate(secret, chained, output);
            output[..HashLength].CopyTo(chained);
        }

        CryptographicOperations.ZeroMemory(output);
        CryptographicOperations.ZeroMemory(block);
    }

    private void Authenticate(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, Span<byte> destination)
    {
        if (isSha384) HMACSHA384.HashData(key, data, destination);
        else HMACSHA256.HashData(key, data, destination);
    }
}
