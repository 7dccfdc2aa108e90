using CsCheck;
using Org.BouncyCastle.Crypto.Digests;
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

    [Fact]
    public void The_cipher_agrees_with_a_second_implementation() =>
        Gen.Select(AnyKey, Gen.Byte.Array[0, 200], Gen.Byte.Array[0, 200]).Sample((key, ad, plaintext) =>
        {
            using var state = new CipherState();
            state.InitializeKey(key);
            var message = new byte[plaintext.Length + CipherState.TagLength];
            state.EncryptWithAd(ad, plaintext, message);
            var other = new Org.BouncyCastle.Crypto.Modes.ChaCha20Poly1305();
            other.Init(true, new AeadParameters(new KeyParameter(key), 128, new byte[12], ad));
            var expected = new byte[message.Length];
            var length = other.ProcessBytes(plaintext, 0, plaintext.Length, expected, 0);
            other.DoFinal(expected, length);
            return message.AsSpan().SequenceEqual(expected);
        });
}
