using System.Collections.Concurrent;
using System.Numerics;
using QuicPair.Rtc.Dtls;

namespace QuicPair.Rtc.Tests.Dtls.Handshake;

/// <summary>
/// X25519 as RFC 7748, section 5 writes it: slow, and nothing of it secret. What it has computed it remembers, as
/// handshakes of one seed ask for the same again and again.
/// </summary>
internal sealed class ReferenceX25519 : IX25519
{
    private const int KeyLength = 32;

    private static readonly BigInteger Prime = (BigInteger.One << 255) - 19;
    private static readonly byte[] BasePoint = [9, .. new byte[KeyLength - 1]];

    private readonly ConcurrentDictionary<string, byte[]> _known = new();

    public void DerivePublicKey(ReadOnlySpan<byte> privateKey, Span<byte> publicKey) =>
        Multiply(privateKey, BasePoint, publicKey);

    public bool TryAgree(ReadOnlySpan<byte> privateKey, ReadOnlySpan<byte> peerPublicKey, Span<byte> secret)
    {
        Multiply(privateKey, peerPublicKey, secret);
        return secret.ContainsAnyExcept((byte)0);
    }

    private void Multiply(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> point, Span<byte> result)
    {
        var question = Convert.ToHexString([.. scalar, .. point]);
        if (!_known.TryGetValue(question, out var answer))
        {
            answer = Multiply(scalar, point);
            _known[question] = answer;
        }

        answer.CopyTo(result);
    }

    private static byte[] Multiply(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> point)
    {
        byte[] clamped = [.. scalar];
        clamped[0] &= 248;
        clamped[31] = (byte)((clamped[31] & 127) | 64);
        byte[] masked = [.. point];
        masked[31] &= 127;
        var u = Ladder(Number(clamped), Number(masked) % Prime);
        var result = new byte[KeyLength];
        u.ToByteArray(isUnsigned: true).CopyTo(result, 0);
        return result;
    }

    private static BigInteger Ladder(BigInteger k, BigInteger x1)
    {
        var (x2, z2, x3, z3) = (BigInteger.One, BigInteger.Zero, x1, BigInteger.One);
        for (var bit = 254; bit >= 0; bit--)
        {
            var isSet = !((k >> bit) & 1).IsZero;
            if (isSet) (x2, x3, z2, z3) = (x3, x2, z3, z2);
            var (a, b, c, d) = (Mod(x2 + z2), Mod(x2 - z2), Mod(x3 + z3), Mod(x3 - z3));
            var (aa, bb, da, cb) = (Mod(a * a), Mod(b * b), Mod(d * a), Mod(c * b));
            var e = Mod(aa - bb);
            x3 = Mod((da + cb) * (da + cb));
            z3 = Mod(x1 * Mod((da - cb) * (da - cb)));
            x2 = Mod(aa * bb);
            z2 = Mod(e * (aa + (121_665 * e)));
            if (isSet) (x2, x3, z2, z3) = (x3, x2, z3, z2);
        }

        return Mod(x2 * BigInteger.ModPow(z2, Prime - 2, Prime));
    }

    private static BigInteger Mod(BigInteger value) => ((value % Prime) + Prime) % Prime;

    private static BigInteger Number(ReadOnlySpan<byte> littleEndian) => new(littleEndian, isUnsigned: true);
}
