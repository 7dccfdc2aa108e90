using CsCheck;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Macs;
using Org.BouncyCastle.Crypto.Parameters;
using QuicPair.Noise.Primitives;
using Agreement = Org.BouncyCastle.Math.EC.Rfc7748.X25519;

namespace QuicPair.Noise.Tests;

public sealed class Blake2bTests
{
    private static readonly Gen<byte[]> AnyKey = Gen.Byte.Array[32];

    [Fact]
    public void Reproduces_the_published_answers()
    {
        var answers = VectorFile.Json("crypto/blake2b-unkeyed-kat.json").EnumerateArray().ToList();
        Assert.Equal(256, answers.Count);
        foreach (var answer in answers)
        {
            var input = answer.Hex("in");
            var hash = new byte[Blake2b.HashLength];
            Blake2b.Hash(input.AsSpan(0, input.Length / 2), input.AsSpan(input.Length / 2), hash);
            Assert.Equal(answer.Hex("out"), hash);
        }
    }

    [Fact]
    public void Reproduces_appendix_A_of_RFC_7693()
    {
        var hash = new byte[Blake2b.HashLength];
        Blake2b.Hash("abc"u8, [], hash);
        Assert.Equal(VectorFile.Json("crypto/rfc7693.json").Hex("abc_blake2b512"), hash);
    }

    [Fact]
    public void The_hash_agrees_with_a_second_implementation() =>
        Gen.Select(Gen.Byte.Array[0, 300], Gen.Byte.Array[0, 300]).Sample((first, second) =>
        {
            var hash = new byte[Blake2b.HashLength];
            Blake2b.Hash(first, second, hash);
            var other = new Blake2bDigest(512);
            other.BlockUpdate(first, 0, first.Length);
            other.BlockUpdate(second, 0, second.Length);
            var expected = new byte[Blake2b.HashLength];
            other.DoFinal(expected, 0);
            return hash.AsSpan().SequenceEqual(expected);
        });

    // Noise's HKDF is that of RFC 5869 with the chaining key as salt and no info.
    [Fact]
    public void Hkdf_agrees_with_a_second_implementation() =>
        Gen.Select(Gen.Byte.Array[Blake2b.HashLength], Gen.Byte.Array[0, 100], Gen.Int[1, 3]).Sample(
            (chainingKey, input, count) =>
            {
                var outputs = new byte[count * Blake2b.HashLength];
                Blake2b.Hkdf(chainingKey, input, outputs);
                var other = new HkdfBytesGenerator(new Blake2bDigest(512));
                other.Init(new HkdfParameters(input, chainingKey, []));
                var expected = new byte[outputs.Length];
                other.GenerateBytes(expected, 0, expected.Length);
                return outputs.AsSpan().SequenceEqual(expected);
            });

    [Fact]
    public void Hmac_agrees_with_a_second_implementation() =>
        Gen.Select(Gen.Byte.Array[0, 128], Gen.Byte.Array[0, 300]).Sample((key, data) =>
        {
            var mac = new byte[Blake2b.HashLength];
            Blake2b.Hmac(key, data, mac);
            var other = new HMac(new Blake2bDigest(512));
            other.Init(new KeyParameter(key));
            other.BlockUpdate(data, 0, data.Length);
            var expected = new byte[Blake2b.HashLength];
            other.DoFinal(expected, 0);
            return mac.AsSpan().SequenceEqual(expected);
        });

    [Fact]
    public void X25519_agrees_with_a_second_implementation() =>
        Gen.Select(AnyKey, AnyKey).Sample((privateKey, publicKey) =>
        {
            var shared = new byte[32];
            using var key = X25519.Import(privateKey);
            var accepted = X25519.TryAgree(key, publicKey, shared);
            var expected = new byte[32];
            return Agreement.CalculateAgreement(privateKey, 0, publicKey, 0, expected, 0) == accepted
                && (!accepted || shared.AsSpan().SequenceEqual(expected));
        });

    [Fact]
    public void Public_keys_agree_with_a_second_implementation() =>
        AnyKey.Sample(privateKey =>
        {
            using var pair = KeyPair.FromPrivateKey(privateKey);
            var expected = new byte[32];
            Agreement.GeneratePublicKey(privateKey, 0, expected, 0);
            return pair.PublicKey.SequenceEqual(expected);
        });
}
