using System.Security.Cryptography;
using System.Text;
using QuicPair.Rtc.Stun;
using Xunit;

namespace QuicPair.Rtc.Tests.Stun;

public sealed class StunMessageTests
{
    private static readonly byte[] Password = Encoding.ASCII.GetBytes(Rfc5769Vectors.Password);

    public static TheoryData<string> Sections => ["2.1", "2.2", "2.3", "2.4"];

    [Fact]
    public void Example_from_rfc5769_section_2_1()
    {
        Assert.True(StunMessage.TryParse(Rfc5769Vectors.SampleRequest, out var message));

        Assert.Equal(StunClass.Request, message.Header.Class);
        Assert.Equal(StunMethod.Binding, message.Header.Method);
        Assert.Equal(new TransactionId(0xB7E7_A701, 0xBC34_D686_FA87_DFAE), message.Header.TransactionId);
        Assert.Equal("STUN test client", Encoding.UTF8.GetString(message.Software));
        Assert.Equal("evtj:h6vY", Encoding.UTF8.GetString(message.Username));
        Assert.Equal(1_845_494_271u, message.Priority);
        Assert.Equal(0x932F_F9B1_5126_3B36ul, message.Controlled);
        Assert.Null(message.Controlling);
        Assert.False(message.UseCandidate);
        Assert.True(message.HasFingerprint);
        Assert.True(message.VerifyIntegrity(Password));
        Assert.False(message.VerifyIntegrity("VOkJxbRl1RmTxUk/WvJxBT"u8));
    }

    [Theory]
    [InlineData("2.2")]
    [InlineData("2.3")]
    public void Example_responses_from_rfc5769(string section)
    {
        var vector = Rfc5769Vectors.Vector(section);
        Assert.True(StunMessage.TryParse(Bytes(section), out var message));

        Assert.Equal(StunClass.SuccessResponse, message.Header.Class);
        Assert.Equal("test vector", Encoding.UTF8.GetString(message.Software));
        var expected = System.Net.IPEndPoint.Parse(vector.GetProperty("xor_mapped_address").GetString()!);
        Assert.Equal(expected.Address, message.MappedAddress!.Value.ToIPAddress());
        Assert.Equal(expected.Port, message.MappedAddress.Value.Port);
        Assert.True(message.HasFingerprint);
        Assert.True(message.VerifyIntegrity(Password));
    }

    [Fact]
    public void Example_from_rfc5769_section_2_4()
    {
        var vector = Rfc5769Vectors.Vector("2.4");
        Assert.True(StunMessage.TryParse(Rfc5769Vectors.SampleLongTermRequest, out var message));

        var username = Encoding.UTF8.GetString(message.Username);
        var realm = Encoding.UTF8.GetString(message.Realm);
        Assert.Equal(vector.GetProperty("username").GetString(), username);
        Assert.Equal(vector.GetProperty("realm").GetString(), realm);
        Assert.Equal(vector.GetProperty("nonce").GetString(), Encoding.UTF8.GetString(message.Nonce));
        Assert.False(message.HasFingerprint);
        var password = vector.GetProperty("password_after_saslprep").GetString();
#pragma warning disable CA5351 // RFC 8489, 9.2.2: the long-term key is an MD5 hash.
        var key = MD5.HashData(Encoding.UTF8.GetBytes($"{username}:{realm}:{password}"));
#pragma warning restore CA5351
        Assert.True(message.VerifyIntegrity(key));
    }

    [Theory]
    [MemberData(nameof(Sections))]
    public void No_truncation_throws_or_is_read(string section)
    {
        var bytes = Bytes(section);
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.False(StunMessage.TryParse(bytes.AsSpan(0, length), out _));
        }
    }

    [Theory]
    [InlineData("2.1")]
    [InlineData("2.2")]
    [InlineData("2.3")]
    public void No_bit_flip_is_taken_for_an_authentic_message(string section)
    {
        var bytes = Bytes(section);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            var accepted = StunMessage.TryParse(bytes, out var message) && message.HasFingerprint;
            Assert.False(accepted && message.VerifyIntegrity(Password), $"bit {bit}");
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void The_first_of_repeated_attributes_counts()
    {
        Span<byte> buffer = stackalloc byte[200];
        var writer = new StunMessageWriter(buffer, Request);
        writer.AddPriority(1);
        writer.AddPriority(2);
        writer.AddUsername("aaaa:bbbb"u8);
        writer.AddUsername("cccc:dddd"u8);
        var length = writer.Complete([]);

        Assert.True(StunMessage.TryParse(buffer[..length], out var message));
        Assert.Equal(1u, message.Priority);
        Assert.True(message.Username.SequenceEqual("aaaa:bbbb"u8));
    }

    [Fact]
    public void What_follows_the_integrity_is_ignored_except_the_fingerprint()
    {
        byte[] bytes = [.. Rfc5769Vectors.SampleRequest[..^8], 0x00, 0x25, 0x00, 0x00];
        bytes[3] = (byte)(bytes.Length - StunHeader.Length);

        Assert.True(StunMessage.TryParse(bytes, out var message));
        Assert.False(message.UseCandidate);
        Assert.True(message.VerifyIntegrity(Password));
    }

    [Fact]
    public void Names_the_first_attribute_that_it_must_know_and_does_not()
    {
        byte[] bytes =
        [
            0x00, 0x01, 0x00, 0x10, 0x21, 0x12, 0xA4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
            0xC0, 0x57, 0x00, 0x04, 0, 0, 0, 10,
            0x7F, 0x01, 0x00, 0x00,
            0x7F, 0x02, 0x00, 0x00,
        ];

        Assert.True(StunMessage.TryParse(bytes, out var message));
        Assert.Equal((ushort)0x7F01, message.UnknownRequired);
    }

    [Fact]
    public void Reads_the_receivers_ufrag_of_a_request()
    {
        Assert.True(StunUsername.TryReadReceiver(Rfc5769Vectors.SampleRequest, out var fragment));
        Assert.True(fragment.SequenceEqual("evtj"u8));
        Assert.False(StunUsername.TryReadReceiver(Rfc5769Vectors.SampleIPv4Response, out _));
        Assert.False(StunUsername.TryReadReceiver(Rfc5769Vectors.SampleLongTermRequest, out _));
        Assert.False(StunUsername.TryReadReceiver([22, 254, 253], out _));
        Assert.False(StunUsername.TryReadReceiver([], out _));
    }

    private static StunHeader Request => new(StunClass.Request, StunMethod.Binding, new TransactionId(1, 2));

    private static byte[] Bytes(string section) =>
        Convert.FromHexString(Rfc5769Vectors.Vector(section).GetProperty("hex").GetString()!);
}
