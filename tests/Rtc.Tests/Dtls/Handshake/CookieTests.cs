using QuicPair.Rtc.Dtls;
using QuicPair.Rtc.Dtls.Messages;
using Xunit;

namespace QuicPair.Rtc.Tests.Dtls.Handshake;

/// <summary>
/// A server that asks for a cookie, and somebody on the path who changes the question, which nobody signs and Finished
/// does not cover, or the answer.
/// </summary>
public sealed class CookieTests
{
    // A client answers three requests; with the first hello that makes four.
    private const int HellosMax = 4;

    // The low byte of the version in a request, which says nothing: any DTLS may stand there.
    private const int AnyVersion = MessageHeader.Length + 1;

    [Fact]
    public void A_cookie_that_is_asked_for_comes_back()
    {
        AssertConnected(Run((_, content) => content));
    }

    [Fact]
    public void Of_a_request_the_version_s_low_byte_may_be_any_and_no_other_bit()
    {
        var bits = LengthOf(HandshakeType.HelloVerifyRequest) * 8;
        for (var bit = 0; bit < bits; bit++)
        {
            var outcome = Run(HandshakeType.HelloVerifyRequest, content => Flipped(content, bit));
            if (bit / 8 == AnyVersion) AssertConnected(outcome);
            else AssertRefused(outcome, $"bit {bit}");
        }
    }

    [Fact]
    public void No_other_bit_of_a_hello_with_a_cookie_connects()
    {
        var bits = LengthOf(HandshakeType.ClientHello) * 8;
        for (var bit = 0; bit < bits; bit++)
        {
            AssertRefused(Run(HandshakeType.ClientHello, content => Flipped(content, bit)), $"bit {bit}");
        }
    }

    [Theory]
    [InlineData((int)HandshakeType.HelloVerifyRequest)]
    [InlineData((int)HandshakeType.ClientHello)]
    public void No_truncation_of_either_connects(int type)
    {
        var length = LengthOf((HandshakeType)type);
        for (var kept = 0; kept < length; kept++)
        {
            AssertRefused(Run((HandshakeType)type, content => content[..kept]), $"{kept} bytes");
        }
    }

    [Theory]
    [InlineData((int)HandshakeType.HelloVerifyRequest)]
    [InlineData((int)HandshakeType.ClientHello)]
    public void Neither_connects_if_it_is_shorter_or_longer_and_says_so_itself(int type)
    {
        var length = LengthOf((HandshakeType)type) - MessageHeader.Length;
        for (var kept = 0; kept <= length + 1; kept++)
        {
            if (kept == length) continue;
            var outcome = Run((HandshakeType)type, content =>
            {
                byte[] body = [.. content[MessageHeader.Length..], 0];
                return Records.Message((HandshakeType)type, content[5], body.AsSpan(0, kept));
            });
            AssertRefused(outcome, $"{kept} bytes of body");
        }
    }

    private static byte[] Flipped(byte[] content, int bit)
    {
        content[bit / 8] ^= (byte)(1 << (bit % 8));
        return content;
    }

    private static void AssertConnected(Outcome outcome)
    {
        Assert.Equal((DtlsState.Connected, DtlsState.Connected), (outcome.Client, outcome.Server));
        Assert.Equal((2, 1), (outcome.Hellos, outcome.Requests));
    }

    private static void AssertRefused(Outcome outcome, string what)
    {
        Assert.True(outcome.Client != DtlsState.Connected && outcome.Server != DtlsState.Connected, what);
        Assert.True(outcome.Hellos <= HellosMax, $"{what}: {outcome.Hellos} hellos");
        Assert.True(outcome.Requests <= HellosMax, $"{what}: {outcome.Requests} requests");
    }

    private static int LengthOf(HandshakeType type)
    {
        var length = 0;
        _ = Run(type, content =>
        {
            length = content.Length;
            return content;
        });
        Assert.True(length > 0);
        return length;
    }

    /// <summary>Changes every request, or every hello but the first, which has no cookie yet.</summary>
    private static Outcome Run(HandshakeType type, Func<byte[], byte[]> change) => Run((has, content) =>
        has == type && (type != HandshakeType.ClientHello || content[5] > 0) ? change(content) : content);

    private static Outcome Run(Func<HandshakeType, byte[], byte[]> rewrite)
    {
        CookieServer? server = null;
        var hellos = 0;
        using var handshake = new TamperedHandshake((identity, entropy) => server = new CookieServer(identity, entropy))
        {
            Rewrite = (_, record) =>
            {
                if (!Records.IsClearMessage(record)) return record;
                if (Records.Is(record, HandshakeType.ClientHello)) hellos++;
                return Records.Wrap(rewrite((HandshakeType)record[RecordHeader.Length], Records.MessageOf(record)));
            },
        };
        handshake.Run();
        return new Outcome(
            handshake.StateOf(DtlsRole.Client), handshake.StateOf(DtlsRole.Server), hellos, server!.Requests);
    }

    private readonly record struct Outcome(DtlsState Client, DtlsState Server, int Hellos, int Requests);
}
