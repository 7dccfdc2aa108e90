using System.Net;
using System.Net.Sockets;
using QuicPair.Rtc.Sockets.Tests.Gathering;
using Xunit;

namespace QuicPair.Rtc.Sockets.Tests;

/// <summary>Real sockets on ::1; the same between machines, and behind routers: tests/Nat.</summary>
public sealed class Ipv6Tests
{
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(20);
    private static readonly RtcHostOptions Options = new() { Address = IPAddress.IPv6Loopback };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_ends_that_have_IPv6_alone_talk_and_restart_their_path()
    {
        RequireIpv6();
        await using var macHost = RtcHost.Start(Options);
        await using var phoneHost = RtcHost.Start(Options);
        await using var phone = phoneHost.CreateOffer(new PeerOptions { Channels = [new ChannelOptions("llm")] });
        await using var mac = macHost.CreateAnswer(phone.LocalDescription, new PeerOptions());
        phone.SetRemoteDescription(mac.LocalDescription);
        var channel = await phone.AcceptChannel(Cancellation);
        var back = await mac.AcceptChannel(Cancellation);

        Assert.All(
            phoneHost.LocalCandidates.Concat(macHost.LocalCandidates),
            candidate => Assert.Equal(IPAddress.IPv6Loopback, candidate.Address.ToIPAddress()));
        Assert.Matches("a=candidate:1 1 udp [0-9]+ ::1 [0-9]+ typ host", mac.LocalDescription);
        Assert.Equal((PathKind.Local, PathKind.Local), (phone.Statistics.Path, mac.Statistics.Path));
        await Carry(channel, back);
        await Carry(back, channel);

        phone.OfferRestart();
        mac.AddRemoteCandidates(phone.LocalDescription);
        phone.SetRemoteDescription(mac.LocalDescription);
        await Carry(channel, back);
    }

    [Fact]
    public async Task A_relay_that_is_reached_by_IPv6_leads_to_a_Mac_that_has_IPv4_alone()
    {
        RequireIpv6();
        using var coturn = await Coturn.Start(usesSecret: false, "--listening-ip=::1", "--no-rfc5780");
        var relay = coturn.Server(IceTransport.Udp) with { Host = "::1" };
        await using var macHost = RtcHost.Start(Options with { Address = IPAddress.Loopback });
        await using var phoneHost = RtcHost.Start(
            Options with { IceServers = [relay, relay with { IsRelay = false }] });
        Assert.True(await phoneHost.Gather(LongEnough, Cancellation));

        // The address that the STUN server tells is the host candidate's own: it makes no other one.
        Assert.All(phoneHost.IceServers, state => Assert.Equal(IceServerAnswer.Answered, state.Answer));
        await using var phone = phoneHost.CreateOffer(
            new PeerOptions { Channels = [new ChannelOptions("llm")], RelayOnly = true });
        await using var mac = macHost.CreateAnswer(phone.LocalDescription, new PeerOptions());
        phone.SetRemoteDescription(mac.LocalDescription);
        var channel = await phone.AcceptChannel(Cancellation);
        var back = await mac.AcceptChannel(Cancellation);

        Assert.Equal(PathKind.Relay, phone.Statistics.Path);
        await Carry(channel, back);
        await Carry(back, channel);
    }

    /// <summary>The largest message, so that packets of equal length leave together.</summary>
    private static async Task Carry(DataChannel from, DataChannel to)
    {
        var message = new byte[256 * 1024];
        Random.Shared.NextBytes(message);
        var heard = PeerPair.NextMessage(to);
        Assert.True(from.TrySend(message));
        Assert.Equal(message, await heard);
    }

    private static void RequireIpv6()
    {
        if (!Socket.OSSupportsIPv6) Assert.Skip("This system has no IPv6.");
        try
        {
            using var probe = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);
            probe.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
        }
        catch (SocketException cause)
        {
            Assert.Skip($"IPv6 is switched off on this machine: ::1 cannot be bound ({cause.SocketErrorCode}).");
        }
    }
}
