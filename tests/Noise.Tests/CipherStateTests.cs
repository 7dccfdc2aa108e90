using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using CsCheck;
using Org.BouncyCastle.Crypto.Parameters;
using OtherCipher = Org.BouncyCastle.Crypto.Modes.ChaCha20Poly1305;

namespace QuicPair.Noise.Tests;

public sealed class CipherStateTests
{
    private const ulong Reserved = ulong.MaxValue;

    private static readonly Gen<byte[]> AnyKey = Gen.Byte.Array[CipherState.KeyLength];

    // Of every size, from a single bit to all 64; the reserved one is left out.
    private static readonly Gen<ulong> AnyNonce =
        Gen.Select(Gen.ULong, Gen.Int[0, 63], (bits, unused) => (bits >> unused) % Reserved);

    [Fact]
    public void Agrees_with_a_second_implementation_at_any_nonce() =>
        Gen.Select(AnyKey, AnyNonce, Gen.Byte.Array[0, 200], Gen.Byte.Array[0, 200]).Sample(
            (key, nonce, ad, plaintext) => AgreesAt(key, nonce, ad, plaintext));

    [Theory]
    [InlineData(0UL)]
    [InlineData((ulong)uint.MaxValue)]
    [InlineData(uint.MaxValue + 1UL)]
    [InlineData((ulong)long.MaxValue)]
    [InlineData(ulong.MaxValue - 1)]
    public void Agrees_with_a_second_implementation_where_a_counter_could_overflow(ulong nonce) =>
        Assert.True(AgreesAt(PairOfEnds.Bytes("key"), nonce, [1, 2, 3], [4, 5, 6, 7]));

    /// <summary>Section 5.1: "The maximum n value (2^64-1) is reserved for other use."</summary>
    [Fact]
    public void Refuses_the_nonce_that_is_reserved()
    {
        using var state = At(PairOfEnds.Bytes("key"), Reserved);
        Assert.Throws<InvalidOperationException>(() => state.EncryptWithAd([], [], new byte[CipherState.TagLength]));

        var message = EncryptOtherwise(PairOfEnds.Bytes("key"), Reserved, [], []);
        Assert.False(state.TryDecryptWithAd([], message, new byte[message.Length], out _));
    }

    private static bool AgreesAt(byte[] key, ulong nonce, byte[] ad, byte[] plaintext)
    {
        using var sender = At(key, nonce);
        using var receiver = At(key, nonce);
        var message = new byte[plaintext.Length + CipherState.TagLength];
        sender.EncryptWithAd(ad, plaintext, message);
        var opened = new byte[plaintext.Length];
        return message.AsSpan().SequenceEqual(EncryptOtherwise(key, nonce, ad, plaintext))
            && receiver.TryDecryptWithAd(ad, message, opened, out var length)
            && opened.AsSpan(0, length).SequenceEqual(plaintext)
            && (NonceOf(sender), NonceOf(receiver)) == (nonce + 1, nonce + 1);
    }

    private static byte[] EncryptOtherwise(byte[] key, ulong nonce, byte[] ad, byte[] plaintext)
    {
        var written = new byte[12];
        BinaryPrimitives.WriteUInt64LittleEndian(written.AsSpan(4), nonce);
        var cipher = new OtherCipher();
        cipher.Init(true, new AeadParameters(new KeyParameter(key), 8 * CipherState.TagLength, written, ad));
        var message = new byte[plaintext.Length + CipherState.TagLength];
        var length = cipher.ProcessBytes(plaintext, 0, plaintext.Length, message, 0);
        cipher.DoFinal(message, length);
        return message;
    }

    private static CipherState At(byte[] key, ulong nonce)
    {
        var state = new CipherState();
        state.InitializeKey(key);
        NonceOf(state) = nonce;
        return state;
    }

    // Nobody but a test sends so many messages or sets n.
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_n")]
    private static extern ref ulong NonceOf(CipherState state);
}
