using System.Net;
using System.Net.Sockets;
using System.Text;
using Xunit;

namespace QuicPair.Rtc.Sockets.Tests;

/// <summary>A stranger floods the port while two phones talk to the Mac.</summary>
public sealed class FloodTests
{
    private const int Messages = 200;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Peers_do_not_notice_a_flood_and_the_flood_is_not_answered()
    {
        await using var mac = RtcHost.Start(new RtcHostOptions { Address = IPAddress.Loopback });
        await using var host = RtcHost.Start(new RtcHostOptions { Address = IPAddress.Loopback });
        var (first, echo1) = await Connect(host, mac);
        var (second, echo2) = await Connect(host, mac);
        using var stranger = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        using var done = new CancellationTokenSource();
        var flood = Task.Run(() => Flood(stranger, mac, done.Token), Cancellation);

        await Task.WhenAll(Talk(first, echo1), Talk(second, echo2));
        await done.CancelAsync();
        var sent = await flood;
        await Task.WhenAll(Talk(first, echo1), Talk(second, echo2));

        // What the Mac answered to a stranger would have been there before the last echo.
        Assert.True(sent > 100, $"{sent} datagrams");
        Assert.Equal(0, stranger.Available);
    }

    [Fact]
    public async Task Nothing_is_made_on_a_host_that_has_left()
    {
        var host = RtcHost.Start(new RtcHostOptions { Address = IPAddress.Loopback });
        await Task.WhenAll(host.DisposeAsync().AsTask(), host.DisposeAsync().AsTask());

        Assert.Throws<ObjectDisposedException>(() => host.CreateOffer(new PeerOptions()));
    }

    private static async Task<(DataChannel Channel, Echo Echo)> Connect(RtcHost host, RtcHost mac)
    {
        var phone = host.CreateOffer(new PeerOptions { Channels = [new ChannelOptions("llm")] });
        var answer = mac.CreateAnswer(phone.LocalDescription, new PeerOptions());
        phone.SetRemoteDescription(answer.LocalDescription);
        var channel = await phone.AcceptChannel(Cancellation);
        var other = await answer.AcceptChannel(Cancellation);
        other.OnMessage = (message, _) => other.TrySend(message.Span);
        return (channel, new Echo(channel));
    }

    private static async Task Talk(DataChannel channel, Echo echo)
    {
        for (var number = 0; number < Messages; number++)
        {
            var heard = echo.Next();
            Assert.True(channel.TrySend(BitConverter.GetBytes(number)));
            Assert.Equal(number, BitConverter.ToInt32(await heard.WaitAsync(Cancellation)));
        }
    }

    // Checks for a fragment that exists under a password that does not, checks for nobody, records, noise.
    private static int Flood(UdpClient stranger, RtcHost mac, CancellationToken stop)
    {
        var random = new Random(11);
        var sent = 0;
        while (!stop.IsCancellationRequested)
        {
            var datagram = new byte[random.Next(20, 1300)];
            random.NextBytes(datagram);
            datagram[0] = (sent % 4) switch { 0 => 0, 1 => 22, 2 => 23, _ => datagram[0] };
            if (sent % 4 == 0) WriteCheck(datagram);
            stranger.Send(datagram, mac.LocalEndPoint);
            sent++;
        }

        return sent;
    }

    private static void WriteCheck(byte[] datagram)
    {
        byte[] header = [0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42];
        header.CopyTo(datagram, 0);
        datagram[3] = (byte)Math.Min(252, (datagram.Length - 20) & ~3);
        Encoding.ASCII.GetBytes("abcd").CopyTo(datagram, 8);
    }

    private sealed class Echo
    {
        private TaskCompletionSource<byte[]> _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Echo(DataChannel channel) =>
            channel.OnMessage = (message, _) => _next.TrySetResult(message.ToArray());

        public Task<byte[]> Next()
        {
            _next = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
            return _next.Task;
        }
    }
}
