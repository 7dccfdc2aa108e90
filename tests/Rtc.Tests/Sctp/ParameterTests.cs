using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Sctp.Parameters;
using Xunit;

namespace QuicPair.Rtc.Tests.Sctp;

public sealed class ParameterTests
{
    private const string Reset = "000D0014 00000007 00000003 000000FF 0001 0003";

    [Fact]
    public void Outgoing_reset_is_read_as_the_rfc_draws_it_and_written_as_it_is_read()
    {
        Assert.True(OutgoingResetParameter.TryParse(Bytes(Reset), out var reset));
        Assert.Equal(7u, reset.RequestNumber);
        Assert.Equal(3u, reset.ResponseNumber);
        Assert.Equal(new Tsn(255), reset.LastAssignedTsn);
        Assert.Equal(2, reset.StreamCount);
        Assert.Equal(new StreamId(3), reset.Stream(1));
        var written = new byte[reset.Length];
        reset.Write(written);
        Assert.Equal(Bytes(Reset), written);
    }

    [Fact]
    public void A_response_is_read_as_the_rfc_draws_it_and_written_as_it_is_read()
    {
        var bytes = Bytes("0010000C 00000007 00000001");
        Assert.True(ReconfigResponseParameter.TryParse(bytes, out var response));
        Assert.Equal(new ReconfigResponseParameter(7, ReconfigResult.Performed), response);
        var written = new byte[ReconfigResponseParameter.Length];
        response.Write(written);
        Assert.Equal(bytes, written);
    }

    [Fact]
    public void Our_announcement_says_what_a_browser_says()
    {
        Assert.Equal(Bytes("C0000004 80080006 82C0 0000 80010008 00000001"), PeerCapabilities.Announcement.ToArray());
        Assert.True(PeerCapabilities.TryParse(
            PeerCapabilities.Announcement, out var capabilities, out var cookie, [], out _));
        Assert.Equal(PeerCapabilities.Own, capabilities);
        Assert.True(cookie.IsEmpty);
    }

    [Fact]
    public void Unknown_parameters_that_ask_for_it_are_reported_and_skipped()
    {
        var unrecognized = new byte[64];
        var parameters = Bytes("C1230006 ABCD 0000 81230004 C0000004");
        Assert.True(PeerCapabilities.TryParse(
            parameters, out var capabilities, out _, unrecognized, out var length));
        Assert.Equal(Bytes("0008000A C1230006 ABCD 0000"), unrecognized[..length]);
        Assert.True(capabilities.ForwardTsn);
    }

    [Fact]
    public void An_unknown_parameter_may_end_the_reading()
    {
        Assert.True(PeerCapabilities.TryParse(
            Bytes("01230004 C0000004"), out var capabilities, out _, new byte[64], out var length));
        Assert.Equal(0, length);
        Assert.False(capabilities.ForwardTsn);
    }

    [Theory]
    [InlineData("C000")]
    [InlineData("C0000003")]
    [InlineData("C0000008 00")]
    public void Parameters_that_do_not_fit_are_refused(string hex) =>
        Assert.False(PeerCapabilities.TryParse(Bytes(hex), out _, out _, new byte[64], out _));

    private static byte[] Bytes(string hex) =>
        Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
