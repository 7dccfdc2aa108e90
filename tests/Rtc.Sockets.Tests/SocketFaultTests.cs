using System.Net.Sockets;
using System.Threading.Channels;
using QuicPair.Rtc.Sockets.Loop;
using Xunit;

namespace QuicPair.Rtc.Sockets.Tests;

/// <summary>A port whose socket fails for good, as systems do it after sleep.</summary>
public sealed class SocketFaultTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_socket_that_is_gone_is_replaced_on_its_port_and_the_channel_goes_on()
    {
        await using var pair = await PeerPair.Connect();
        var told = new TaskCompletionSource<SocketError>(TaskCreationOptions.RunContinuationsAsynchronously);
        pair.MacHost.SocketFailed += (_, fault) => told.TrySetResult(fault);
        var (port, former) = (pair.MacHost.LocalEndPoint, pair.MacHost.Socket);

        former.Dispose();

        Assert.NotEqual(SocketError.Success, await told.Task.WaitAsync(Cancellation));
        var next = PeerPair.NextMessage(pair.MacChannel);
        Assert.True(pair.PhoneChannel.TrySend("over the new socket"u8));
        Assert.Equal("over the new socket"u8.ToArray(), await next);
        Assert.NotSame(former, pair.MacHost.Socket);
        Assert.Equal(port, pair.MacHost.Socket.LocalEndPoint);
    }

    [Fact]
    public async Task Listeners_that_throw_end_nothing_and_keep_the_news_from_nobody()
    {
        var faults = Channel.CreateUnbounded<Exception>();
        await using var host = RtcHost.Start(new RtcHostOptions
        {
            Address = System.Net.IPAddress.Loopback,
            OnListenerFault = cause => faults.Writer.TryWrite(cause),
        });
        var (network, candidates, socket) = (Exception("network"), Exception("candidates"), Exception("socket"));
        var told = Channel.CreateUnbounded<string>();
        host.NetworkChanged += (_, _) => throw network;
        host.NetworkChanged += (_, _) => told.Writer.TryWrite("network");
        host.CandidatesChanged += (_, _) => throw candidates;
        host.CandidatesChanged += (_, _) => told.Writer.TryWrite("candidates");
        host.SocketFailed += (_, _) => throw socket;
        host.SocketFailed += (_, _) => told.Writer.TryWrite("socket");

        // A socket that is replaced counts as a change of network.
        host.Socket.Dispose();

        var (thrown, heard) = (new HashSet<Exception>(), new HashSet<string>());
        while (thrown.Count < 3) thrown.Add(await faults.Reader.ReadAsync(Cancellation));
        while (heard.Count < 3) heard.Add(await told.Reader.ReadAsync(Cancellation));
        Assert.Superset(thrown, new HashSet<Exception> { network, candidates, socket });
        Assert.NotEmpty(host.LocalCandidates);

        static InvalidOperationException Exception(string name) => new(name);
    }

    [Fact]
    public void Faults_in_a_row_are_met_with_longer_and_longer_pauses()
    {
        var faults = new ReceiveFaults();
        var (asked, waited, replaced) = (0, TimeSpan.Zero, new List<TimeSpan>());
        while (waited < TimeSpan.FromMinutes(1))
        {
            asked++;
            if (!faults.IsLasting(out var pause)) continue;
            waited += pause;
            replaced.Add(pause);
        }

        Assert.Equal(TimeSpan.Zero, replaced[0]);
        Assert.Equal(TimeSpan.FromMilliseconds(10), replaced[1]);
        Assert.Equal(TimeSpan.FromSeconds(2), replaced[^1]);
        Assert.InRange(replaced.Count, 20, 50);
        Assert.InRange(asked, 1, 50 * 70);
    }

    [Fact]
    public void Errors_of_sends_between_datagrams_replace_nothing()
    {
        var faults = new ReceiveFaults();
        for (var index = 0; index < 10_000; index++)
        {
            Assert.False(faults.IsLasting(out _));
            if (index % 50 == 0) faults.Reset();
        }
    }
}
