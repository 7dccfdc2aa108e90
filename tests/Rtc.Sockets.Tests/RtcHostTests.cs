using System.Net;
using System.Net.Sockets;
using Xunit;

namespace QuicPair.Rtc.Sockets.Tests;

public sealed class RtcHostTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_port_serves_many_peers()
    {
        await using var mac = RtcHost.Start(new RtcHostOptions { Address = IPAddress.Loopback });
        await Task.WhenAll(Enumerable.Range(0, 40).Select(number => MeetOnce(mac, (byte)number)));
    }

    [Fact]
    public async Task Junk_on_the_port_disturbs_nobody()
    {
        await using var pair = await PeerPair.Connect();
        using var stranger = new UdpClient(AddressFamily.InterNetwork);
        var random = new Random(7);
        for (var count = 0; count < 500; count++)
        {
            var junk = new byte[random.Next(1, 1_400)];
            random.NextBytes(junk);
            await stranger.SendAsync(junk, pair.MacHost.LocalEndPoint, Cancellation);
        }

        var heard = PeerPair.NextMessage(pair.MacChannel);
        pair.PhoneChannel.TrySend("still here"u8);
        Assert.Equal("still here"u8.ToArray(), await heard);
    }

    [Fact]
    public async Task A_host_that_leaves_closes_its_connections()
    {
        await using var pair = await PeerPair.Connect();
        await pair.MacHost.DisposeAsync();

        Assert.Null(await pair.Mac.Completion.WaitAsync(Cancellation));
        Assert.Null(await pair.Phone.Completion.WaitAsync(Cancellation));
    }

    [Fact]
    public async Task A_taken_port_is_an_error_at_the_start()
    {
        await using var host = RtcHost.Start(new RtcHostOptions { Address = IPAddress.Loopback });
        var same = new RtcHostOptions { Address = IPAddress.Loopback, Port = host.LocalEndPoint.Port };

        Assert.Throws<SocketException>(() => RtcHost.Start(same));
    }

    [Fact]
    public async Task Loopback_is_advertised_when_asked_for()
    {
        await using var host = RtcHost.Start(new RtcHostOptions { AdvertiseLoopback = true });
        await using var phone = host.CreateOffer(new PeerOptions());

        var candidate = $" 127.0.0.1 {host.LocalEndPoint.Port} typ host";
        Assert.Contains(candidate, phone.LocalDescription, StringComparison.Ordinal);
    }

    private static async Task MeetOnce(RtcHost mac, byte number)
    {
        await using var host = RtcHost.Start(new RtcHostOptions { Address = IPAddress.Loopback });
        await using var phone = host.CreateOffer(new PeerOptions { Channels = [new ChannelOptions("llm")] });
        await using var answer = mac.CreateAnswer(phone.LocalDescription, new PeerOptions());
        phone.SetRemoteDescription(answer.LocalDescription);
        var sender = await phone.AcceptChannel(Cancellation);
        var receiver = await answer.AcceptChannel(Cancellation);
        var message = PeerPair.NextMessage(receiver);
        sender.TrySend([number]);

        Assert.Equal([number], await message);
    }
}
