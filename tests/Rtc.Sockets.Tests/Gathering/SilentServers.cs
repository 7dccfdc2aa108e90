using System.Net;
using System.Net.Sockets;

namespace QuicPair.Rtc.Sockets.Tests.Gathering;

/// <summary>
/// A STUN server, and TURN servers by UDP, TCP and TLS, on loopback: they take what comes and never say a word. Two
/// more have a name, and the resolver never says what it stands for.
/// </summary>
internal sealed class SilentServers : IDisposable
{
    private const string Unresolved = "silent.example";

    private readonly UdpClient _stun = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly UdpClient _turn = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly TcpListener _tcp = new(IPAddress.Loopback, 0);
    private readonly TcpListener _tls = new(IPAddress.Loopback, 0);
    private readonly List<Socket> _taken = [];
    private int _requests;

    public SilentServers()
    {
        _tcp.Start();
        _tls.Start();
        RelayAsked = Hear(_turn);
        Asked = Task.WhenAll(Hear(_stun), RelayAsked, Take(_tcp), Take(_tls));
    }

    /// <summary>Ends when each of those that have an address was asked.</summary>
    public Task Asked { get; }

    /// <summary>Ends with the first request to the TURN server by UDP.</summary>
    public Task RelayAsked { get; }

    /// <summary>Requests to the TURN server by UDP.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>The TURN server by UDP.</summary>
    public IceServer Relay => Turn(IceTransport.Udp, Port(_turn.Client.LocalEndPoint));

    public IReadOnlyList<IceServer> All =>
    [
        Stun,
        Relay,
        Turn(IceTransport.Tcp, Port(_tcp.LocalEndpoint)),
        Turn(IceTransport.Tls, Port(_tls.LocalEndpoint)),
        Stun with { Host = Unresolved },
        Relay with { Host = Unresolved },
    ];

    private IceServer Stun => new() { Host = "127.0.0.1", Port = Port(_stun.Client.LocalEndPoint) };

    /// <summary>What resolves their names: never.</summary>
    public static async Task<IPAddress[]> Resolve(string name, CancellationToken cancellation)
    {
        await Task.Delay(Timeout.Infinite, cancellation);
        return [];
    }

    public void Dispose()
    {
        _stun.Dispose();
        _turn.Dispose();
        _tcp.Dispose();
        _tls.Dispose();
        lock (_taken)
        {
            foreach (var socket in _taken) socket.Dispose();
        }
    }

    private static IceServer Turn(IceTransport transport, int port) => new()
    {
        Host = "127.0.0.1",
        Port = port,
        IsRelay = true,
        Transport = transport,
        Username = "user",
        Password = "word",
    };

    private static int Port(EndPoint? place) => ((IPEndPoint)place!).Port;

    private Task Hear(UdpClient socket)
    {
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = HearAll(socket, first);
        return first.Task;
    }

    private async Task HearAll(UdpClient socket, TaskCompletionSource first)
    {
        try
        {
            while (true)
            {
                await socket.ReceiveAsync();
                if (socket == _turn) Interlocked.Increment(ref _requests);
                first.TrySetResult();
            }
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private Task Take(TcpListener listener)
    {
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = TakeAll(listener, first);
        return first.Task;
    }

    private async Task TakeAll(TcpListener listener, TaskCompletionSource first)
    {
        try
        {
            while (true)
            {
                var taken = await listener.AcceptSocketAsync();
                lock (_taken) _taken.Add(taken);
                first.TrySetResult();
            }
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The test is over.
        }
    }
}
