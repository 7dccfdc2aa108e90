using QuicPair.Rtc.Stun;
using QuicPair.Rtc.Wire;
using Xunit;

namespace QuicPair.Rtc.Tests.Stun;

public sealed class StunMessageWriterTests
{
    [Theory]
    [InlineData("192.0.2.1")]
    [InlineData("2001:db8:1234:5678:11:2233:4455:6677")]
    public void Writes_what_the_reader_reads(string text)
    {
        Assert.True(TransportAddress.TryParse(text, 32_853, out var address));
        var id = TransactionId.Create(new CountingEntropy());
        Span<byte> buffer = stackalloc byte[300];
        var writer = new StunMessageWriter(buffer, new(StunClass.ErrorResponse, StunMethod.Binding, id));
        writer.AddUsername("abcd:efghi"u8);
        writer.AddPriority(0x6E00_01FF);
        writer.AddControlling(7);
        writer.AddControlled(8);
        writer.AddUseCandidate();
        writer.AddMappedAddress(address);
        writer.AddErrorCode(StunErrorCode.RoleConflict, "Role Conflict"u8);
        writer.AddUnknownAttribute(0x7777);
        writer.AddSoftware("QuicPair"u8);
        var length = writer.Complete("secret"u8);

        Assert.True(StunMessage.TryParse(buffer[..length], out var message));
        Assert.Equal(new(StunClass.ErrorResponse, StunMethod.Binding, id), message.Header);
        Assert.True(message.Username.SequenceEqual("abcd:efghi"u8));
        Assert.Equal(0x6E00_01FFu, message.Priority);
        Assert.Equal(7ul, message.Controlling);
        Assert.Equal(8ul, message.Controlled);
        Assert.True(message.UseCandidate);
        Assert.Equal(address, message.MappedAddress);
        Assert.Equal(StunErrorCode.RoleConflict, message.ErrorCode);
        Assert.True(message.Software.SequenceEqual("QuicPair"u8));
        Assert.True(message.HasFingerprint);
        Assert.True(message.VerifyIntegrity("secret"u8));
        Assert.False(message.VerifyIntegrity("secreT"u8));
    }

    [Fact]
    public void Rebuilds_the_example_of_rfc5769_section_2_2()
    {
        Assert.True(TransportAddress.TryParse("192.0.2.1", 32_853, out var address));
        Assert.True(StunHeader.TryParse(Rfc5769Vectors.SampleIPv4Response, out var header));
        Span<byte> buffer = stackalloc byte[300];
        var writer = new StunMessageWriter(buffer, header);
        writer.AddMappedAddress(address);
        var length = writer.Complete(System.Text.Encoding.ASCII.GetBytes(Rfc5769Vectors.Password));

        Assert.True(StunMessage.TryParse(buffer[..length], out var message));
        Assert.Equal(address, message.MappedAddress);
        Assert.True(Rfc5769Vectors.SampleIPv4Response.AsSpan().IndexOf(buffer[20..32]) > 0);
    }

    [Fact]
    public void A_buffer_that_is_too_small_gives_nothing()
    {
        var header = new StunHeader(StunClass.Request, StunMethod.Binding, default);
        for (var size = 0; size < 64; size++)
        {
            var writer = new StunMessageWriter(new byte[size], header);
            writer.AddUsername("abcd:efgh"u8);
            Assert.Equal(0, writer.Complete("secret"u8));
        }

        var enough = new StunMessageWriter(new byte[68], header);
        enough.AddUsername("abcd:efgh"u8);
        Assert.Equal(68, enough.Complete("secret"u8));
    }

    [Fact]
    public void Allocates_nothing()
    {
        var buffer = new byte[300];
        Write(buffer);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var count = 0; count < 100; count++)
        {
            Write(buffer);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static void Write(byte[] buffer)
    {
        var writer = new StunMessageWriter(buffer, new(StunClass.Request, StunMethod.Binding, default));
        writer.AddUsername("abcd:efgh"u8);
        writer.AddPriority(1);
        var length = writer.Complete("secret"u8);
        var isRead = StunMessage.TryParse(buffer.AsSpan(0, length), out var message);
        if (!isRead || !message.VerifyIntegrity("secret"u8))
        {
            throw new InvalidOperationException("The message does not read back.");
        }
    }
}
