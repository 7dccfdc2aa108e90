using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CsCheck;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Parameters;

namespace QuicPair.Protocol.Tests;

/// <summary>The key schedule, SHA-256 and HKDF beside a second implementation, on random input.</summary>
public sealed class KeyAgreementTests
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz234567";
    private const int IdLength = 10;

    private static readonly Gen<byte[]> AnyKey = Gen.Byte.Array[KeySchedule.KeyLength];
    private static readonly Gen<byte[]> AnyHandshakeHash = Gen.Byte.Array[64];

    [Fact]
    public void Sha256_agrees_with_a_second_implementation() =>
        Gen.Byte.Array[0, 300].Sample(data => SHA256.HashData(data).AsSpan().SequenceEqual(OtherSha256(data)));

    [Fact]
    public void Hkdf_agrees_with_a_second_implementation() =>
        Gen.Select(Gen.Byte.Array[1, 100], Gen.Byte.Array[0, 100], Gen.Byte.Array[0, 100], Gen.Int[1, 255]).Sample(
            (input, salt, info, length) =>
            {
                var output = HKDF.DeriveKey(HashAlgorithmName.SHA256, input, length, salt, info);
                return output.AsSpan().SequenceEqual(OtherHkdf(input, salt, info, length));
            });

    [Fact]
    public void The_id_of_a_Mac_agrees_with_a_second_implementation() => AnyKey.Sample(publicKey =>
    {
        var hash = OtherSha256([.. "quicpair/1 mac"u8, .. publicKey]);
        return KeySchedule.MacId(publicKey) == TextOf(hash.AsSpan(0, IdLength));
    });

    [Fact]
    public void The_keys_of_an_invitation_agree_with_a_second_implementation() => AnyKey.Sample(secret =>
        KeySchedule.DeviceId(secret) == TextOf(OtherKey(secret, [], "device").AsSpan(0, IdLength))
        && KeySchedule.Psk(secret).AsSpan().SequenceEqual(OtherKey(secret, [], "psk"))
        && KeySchedule.OfferKey(secret).AsSpan().SequenceEqual(OtherKey(secret, [], "offer"))
        && KeySchedule.VouchedRoot(secret).AsSpan().SequenceEqual(OtherKey(secret, [], "vouched")));

    [Fact]
    public void The_lasting_keys_agree_with_a_second_implementation() =>
        Gen.Select(AnyKey, AnyKey, AnyHandshakeHash).Sample((secret, k, hash) =>
        {
            var root = KeySchedule.Root(secret, k, hash);
            return root.AsSpan().SequenceEqual(OtherKey([.. secret, .. k], hash, "root"))
                && KeySchedule.LastingPsk(root).AsSpan().SequenceEqual(OtherKey(root, [], "psk"))
                && KeySchedule.LastingOfferKey(root).AsSpan().SequenceEqual(OtherKey(root, [], "offer"));
        });

    [Fact]
    public void The_six_digits_agree_with_a_second_implementation() => AnyHandshakeHash.Sample(hash =>
    {
        var number = BinaryPrimitives.ReadUInt32BigEndian(OtherKey(hash, [], "code")) % 1_000_000;
        return KeySchedule.ConfirmationCode(hash) == number.ToString("D6", CultureInfo.InvariantCulture);
    });

    private static byte[] OtherKey(byte[] input, byte[] salt, string label) =>
        OtherHkdf(input, salt, Encoding.ASCII.GetBytes($"quicpair/1 {label}"), KeySchedule.KeyLength);

    private static byte[] OtherHkdf(byte[] input, byte[] salt, byte[] info, int length)
    {
        var generator = new HkdfBytesGenerator(new Sha256Digest());
        generator.Init(new HkdfParameters(input, salt, info));
        var output = new byte[length];
        generator.GenerateBytes(output, 0, length);
        return output;
    }

    private static byte[] OtherSha256(byte[] data)
    {
        var digest = new Sha256Digest();
        digest.BlockUpdate(data, 0, data.Length);
        var hash = new byte[digest.GetDigestSize()];
        digest.DoFinal(hash, 0);
        return hash;
    }

    private static string TextOf(ReadOnlySpan<byte> id)
    {
        var number = UInt128.Zero;
        foreach (var one in id) number = (number << 8) | one;
        return string.Concat(Enumerable.Range(0, 16).Select(at => Alphabet[(int)((number >> (75 - (5 * at))) & 31)]));
    }
}
