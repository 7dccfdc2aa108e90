using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace QuicPair.Protocol.Signaling;

/// <summary>
/// The MACs on offers, answers and ICE requests (QP/1 sections 3.1 and 3.2): HMAC-SHA256 over decoded
/// values, first 16 bytes.
/// </summary>
public static class OfferAuthentication
{
    /// <summary>Bytes of a MAC.</summary>
    public const int Length = 16;

    /// <summary>Bytes of an offer's and of an answer's nonce.</summary>
    public const int NonceLength = 16;

    /// <summary>
    /// <c>HMAC(key, "quicpair/1 offer\0" ‖ ts u64 ‖ nonce ‖ count u8 ‖ versions ‖ SHA-256(sdp))[0..16]</c>;
    /// ts in Unix seconds.
    /// </summary>
    public static byte[] Offer(
        ReadOnlySpan<byte> key, ulong ts, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> versions, string sdp)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hmac.AppendData("quicpair/1 offer\0"u8);
        AppendEnvelope(hmac, ts, nonce, versions);
        AppendHash(hmac, sdp);
        return Finish(hmac);
    }

    /// <summary>
    /// <c>HMAC(key, "quicpair/1 answer\0" ‖ offer nonce ‖ answer nonce ‖ version u8 ‖
    /// SHA-256(sdp))[0..16]</c>.
    /// </summary>
    public static byte[] Answer(
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> offerNonce,
        ReadOnlySpan<byte> answerNonce,
        byte version,
        string sdp)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hmac.AppendData("quicpair/1 answer\0"u8);
        hmac.AppendData(offerNonce);
        hmac.AppendData(answerNonce);
        hmac.AppendData([version]);
        AppendHash(hmac, sdp);
        return Finish(hmac);
    }

    /// <summary>
    /// <c>HMAC(key, "quicpair/1 ice\0" ‖ ts u64 ‖ nonce ‖ count u8 ‖ versions)[0..16]</c>; ts in Unix
    /// seconds.
    /// </summary>
    public static byte[] Ice(
        ReadOnlySpan<byte> key, ulong ts, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> versions)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hmac.AppendData("quicpair/1 ice\0"u8);
        AppendEnvelope(hmac, ts, nonce, versions);
        return Finish(hmac);
    }

    /// <summary>Whether two MACs are equal, in constant time.</summary>
    public static bool Verify(ReadOnlySpan<byte> expected, ReadOnlySpan<byte> received) =>
        received.Length == Length && CryptographicOperations.FixedTimeEquals(expected, received);

    private static void AppendEnvelope(
        IncrementalHash hmac, ulong ts, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> versions)
    {
        Span<byte> seconds = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64BigEndian(seconds, ts);
        hmac.AppendData(seconds);
        hmac.AppendData(nonce);
        hmac.AppendData([checked((byte)versions.Length)]);
        hmac.AppendData(versions);
    }

    private static void AppendHash(IncrementalHash hmac, string sdp) =>
        hmac.AppendData(SHA256.HashData(Encoding.UTF8.GetBytes(sdp)));

    private static byte[] Finish(IncrementalHash hmac) => hmac.GetHashAndReset()[..Length];
}
