using System.Text;
using System.Text.Json;
using QuicPair.Noise;
using QuicPair.Noise.Patterns;
using QuicPair.Protocol.Codec;
using QuicPair.Protocol.Messages.Household;
using QuicPair.Protocol.Vouching;

namespace QuicPair.Protocol.Tests;

public sealed class VouchingTests
{
    private static readonly JsonElement Answer = VectorFile.QuicPair("vouching");

    private static SealedPairing Pairing => new(
        Answer.Hex("secret"), Answer.Hex("phoneStaticPublic"), Answer.Text("name"));

    private static Voucher Word => new(
        (ulong)Answer.Number("ts"), Answer.Text("device"), Answer.Hex("statement"), Answer.Hex("certificate"),
        Answer.Hex("sealed"));

    [Fact]
    public void Seals_what_was_recorded()
    {
        var prologue = SealedPairing.Prologue(
            Answer.Text("voucherMac"), Answer.Text("device"), Answer.Text("targetMac"));
        Assert.Equal(Answer.Hex("sealedPrologue"), prologue);
        Assert.Equal(Answer.Hex("sealedPayload"), Pairing.Write());
        Assert.Equal(Answer.Hex("sealed"), Write("N", prologue, "sealedEphemeralPrivate", null, Pairing.Write()));
        Assert.Equal(SealedPairing.MessageLength, Answer.Hex("sealed").Length);
    }

    [Fact]
    public void Vouches_as_recorded()
    {
        using var voucher = KeyPair.FromPrivateKey(Answer.Hex("voucherStaticPrivate"));
        var prologue = Voucher.Prologue(Answer.Text("voucherMac"), Answer.Text("targetMac"));
        Assert.Equal(Answer.Hex("voucherPrologue"), prologue);
        Assert.Equal(Answer.Hex("voucherPayload"), Word.Write());
        Assert.Equal(Answer.Hex("voucher"), Write("X", prologue, "voucherEphemeralPrivate", voucher, Word.Write()));
        Assert.Equal(Answer.Hex("signed"), Voucher.Member(voucher.PublicKey));
        Assert.Equal(Answer.Text("voucherMac"), KeySchedule.MacId(voucher.PublicKey));
    }

    [Fact]
    public void Reads_what_it_wrote()
    {
        Assert.True(SealedPairing.TryRead(Answer.Hex("sealedPayload"), out var pairing));
        Assert.Equal(Answer.Text("name"), pairing.Name);
        Assert.Equal(Answer.Hex("secret"), pairing.Secret);
        Assert.True(Voucher.TryRead(Answer.Hex("voucherPayload"), out var word));
        Assert.Equal(Word.Write(), word.Write());
    }

    [Fact]
    public void Refuses_payloads_of_another_length()
    {
        var (pairing, word) = (Answer.Hex("sealedPayload"), Answer.Hex("voucherPayload"));
        for (var length = 0; length < pairing.Length; length++)
        {
            Assert.False(SealedPairing.TryRead(pairing.AsSpan(0, length), out _));
        }

        for (var length = 0; length < word.Length; length++)
        {
            Assert.False(Voucher.TryRead(word.AsSpan(0, length), out _));
        }

        Assert.False(SealedPairing.TryRead([.. pairing, 0], out _));
        Assert.False(Voucher.TryRead([.. word, 0], out _));
        word[8] = (byte)'A';
        Assert.False(Voucher.TryRead(word, out _));
    }

    [Fact]
    public void Derives_the_keys()
    {
        var root = KeySchedule.VouchedRoot(Answer.Hex("secret"));
        Assert.Equal(Answer.Hex("root"), root);
        Assert.Equal(Answer.Hex("psk"), KeySchedule.LastingPsk(root));
        Assert.Equal(Answer.Hex("offerKey"), KeySchedule.LastingOfferKey(root));
        Assert.Equal(Answer.Text("vouchedDevice"), KeySchedule.DeviceId(Answer.Hex("secret")));
    }

    [Theory]
    [InlineData("macsRequest", typeof(MacsRequest))]
    [InlineData("macsReply", typeof(MacsReply))]
    [InlineData("vouchRequest", typeof(VouchRequest))]
    [InlineData("vouched", typeof(VouchedMessage))]
    public void Reads_and_writes_the_messages(string name, Type type)
    {
        var json = Encoding.UTF8.GetBytes(Answer.Text(name));
        Assert.True(MessageReader.TryRead(json, out var message, out _));
        Assert.IsType(type, message);
        Assert.Equal(Answer.Text(name), Encoding.UTF8.GetString(MessageWriter.Write(message)));
    }

    [Fact]
    public void Refuses_a_key_that_is_not_the_macs_and_bytes_of_another_length() => Assert.All(
        Answer.GetProperty("refused").EnumerateArray(),
        text => Assert.False(MessageReader.TryRead(Encoding.UTF8.GetBytes(text.GetString()!), out _, out _)));

    private static byte[] Write(string pattern, byte[] prologue, string ephemeral, KeyPair? own, byte[] payload)
    {
        using var noise = new HandshakeState(
            HandshakePattern.Parse(pattern), initiator: true, prologue, new FixedSource(Answer.Hex(ephemeral)), own,
            Answer.Hex("targetStaticPublic"));
        var message = new byte[payload.Length + noise.NextOverhead];
        noise.WriteMessage(payload, message);
        return message;
    }
}
