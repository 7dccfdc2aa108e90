using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using QuicPair.Rtc.Sockets.Gathering.Relays;
using QuicPair.Rtc.Wire;
using Xunit;

namespace QuicPair.Rtc.Sockets.Tests.Gathering;

/// <summary>
/// TCP and TLS to servers on loopback that are slow to begin, or to let us go; the clock is the test's.
/// </summary>
public sealed class StreamRelayTransportTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenDrips = TimeSpan.FromMilliseconds(10);

    private readonly FakeTimeProvider _time = new();
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Receiver _receiver = new();

    public StreamRelayTransportTests() => _listener.Start();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_that_drips_its_handshake_is_given_up_at_one_deadline_for_all_of_it()
    {
        using var transport = Connect(tlsName: "localhost");
        using var server = await _listener.AcceptSocketAsync(Cancellation);
        Assert.NotEqual(0, await server.ReceiveAsync(new byte[1_024], SocketFlags.None, Cancellation));

        // A record of the handshake as long as they may be: at this pace it takes minutes.
        byte[] record = [22, 3, 3, 0x40, 0, .. new byte[0x4000]];
        var dripping = Drip(server, record);
        _time.Advance(Patience);
        await _receiver.Closed.WaitAsync(Cancellation);

        Assert.InRange(await dripping, 1, record.Length - 1);
    }

    [Fact]
    public async Task What_was_taken_before_the_end_still_leaves()
    {
        using var transport = Connect();
        using var server = await _listener.AcceptSocketAsync(Cancellation);
        await _receiver.Connected.WaitAsync(Cancellation);
        var expected = new byte[200_000];
        new Random(1).NextBytes(expected);
        foreach (var message in expected.Chunk(1_000)) Assert.True(transport.TrySend(message));
        transport.Dispose();

        Assert.False(transport.TrySend([1]));
        Assert.Equal(expected, await ReadToEnd(server));
        server.Dispose();
        await transport.Closed.WaitAsync(Cancellation);
    }

    [Fact]
    public async Task A_server_that_does_not_take_the_last_words_is_not_waited_for_long()
    {
        using var transport = Connect();
        using var server = await _listener.AcceptSocketAsync(Cancellation);
        await _receiver.Connected.WaitAsync(Cancellation);
        var message = new byte[16_384];
        while (transport.TrySend(message))
        {
            // Until nothing more fits in between.
        }

        transport.Dispose();
        Assert.False(transport.Closed.IsCompleted);
        _time.Advance(Farewell);
        await transport.Closed.WaitAsync(Cancellation);
    }

    [Fact]
    public async Task A_host_that_leaves_is_gone_when_its_relays_have_said_their_last_words()
    {
        var host = RtcHost.Start(new RtcHostOptions
        {
            Address = IPAddress.Loopback,
            TimeProvider = _time,
            IceServers =
            [
                new IceServer
                {
                    Host = "127.0.0.1",
                    Port = ((IPEndPoint)_listener.LocalEndpoint).Port,
                    IsRelay = true,
                    Transport = IceTransport.Tcp,
                    Username = "user",
                    Password = "word",
                },
            ],
        });
        using var server = await _listener.AcceptSocketAsync(Cancellation);
        Assert.NotEqual(0, await server.ReceiveAsync(new byte[1_024], SocketFlags.None, Cancellation));

        var leaving = host.DisposeAsync().AsTask();
        Assert.False(leaving.IsCompleted);
        await ReadToEnd(server);
        server.Dispose();
        await leaving.WaitAsync(Cancellation);
    }

    public void Dispose() => _listener.Dispose();

    private static async Task<int> Drip(Socket server, byte[] record)
    {
        using var timer = new PeriodicTimer(BetweenDrips);
        for (var sent = 0; sent < record.Length; sent++)
        {
            try
            {
                await server.SendAsync(record.AsMemory(sent, 1), SocketFlags.None, Cancellation);
            }
            catch (SocketException)
            {
                return sent;
            }

            await timer.WaitForNextTickAsync(Cancellation);
        }

        return record.Length;
    }

    private static async Task<byte[]> ReadToEnd(Socket server)
    {
        using var all = new MemoryStream();
        await using var stream = new NetworkStream(server, ownsSocket: false);
        await stream.CopyToAsync(all, Cancellation);
        return all.ToArray();
    }

    private StreamRelayTransport Connect(string? tlsName = null)
    {
        var server = (IPEndPoint)_listener.LocalEndpoint;
        var kind = tlsName is null ? IceTransport.Tcp : IceTransport.Tls;
        var address = TransportAddress.From(server.Address, server.Port);
        return new StreamRelayTransport(server, new RelayAddress(address, kind, null, tlsName, null), _time, _receiver);
    }

    private sealed class Receiver : IRelayReceiver
    {
        private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Connected => _connected.Task;

        public Task Closed => _closed.Task;

        public void OnConnected() => _connected.TrySetResult();

        public void OnMessage(ReadOnlySpan<byte> message)
        {
        }

        public void OnClosed() => _closed.TrySetResult();
    }
}
