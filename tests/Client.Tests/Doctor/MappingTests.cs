using System.Net.Sockets;
using QuicPair.Cli.Doctor;
using QuicPair.Rtc.Sockets;

namespace QuicPair.Client.Tests.Doctor;

/// <summary>What <c>doctor --network</c> says of UDP, and what it does not say.</summary>
public sealed class MappingTests
{
    // The port of discarded bytes: nobody answers there.
    private const string Dead = "127.0.0.1:9";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Where_servers_have_no_address_of_a_family_the_next_one_is_measured()
    {
        using var stun = new LateStun(Task.CompletedTask);
        var mapping = new MappingCheck(new Names(), [AddressFamily.InterNetworkV6, AddressFamily.InterNetwork]);
        var findings = await mapping.Run([Server(stun.Uri)], Cancellation);

        Assert.Equal((Verdict.Ok, true), (Of(findings, "udp").Verdict, mapping.GoesOut));
        Assert.Contains("203.0.113.7:4000", Of(findings, "mapping").Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_STUN_server_that_is_silent_is_blocked_UDP()
    {
        var mapping = new MappingCheck(new Names(), [AddressFamily.InterNetwork]);
        var findings = await mapping.Run([Server($"stun:{Dead}")], Cancellation);

        Assert.Equal((Verdict.Fail, false), (Of(findings, "udp").Verdict, mapping.GoesOut));
    }

    [Fact]
    public async Task A_TURN_server_that_is_silent_alone_says_nothing_of_UDP()
    {
        var mapping = new MappingCheck(new Names(), [AddressFamily.InterNetwork]);
        var findings = await mapping.Run([Server($"turn:{Dead}")], Cancellation);

        Assert.Equal((Verdict.NotMeasured, null), (Of(findings, "udp").Verdict, mapping.GoesOut));
        Assert.Equal(Verdict.NotMeasured, Of(findings, "hairpin").Verdict);
    }

    [Theory]
    [InlineData("stun:no-such-name.invalid")]
    [InlineData("stun:[2001:db8::1]")]
    public async Task A_server_without_a_usable_address_says_nothing_of_UDP(string url)
    {
        var mapping = new MappingCheck(new Names(), [AddressFamily.InterNetwork]);
        var findings = await mapping.Run([Server(url)], Cancellation);

        Assert.Equal((Verdict.NotMeasured, null), (Of(findings, "udp").Verdict, mapping.GoesOut));
    }

    private static Finding Of(IReadOnlyList<Finding> findings, string check) =>
        Assert.Single(findings, finding => finding.Check == check);

    private static IceServer Server(string url)
    {
        Assert.True(IceServer.TryParse(url, out var server));
        return server;
    }
}
