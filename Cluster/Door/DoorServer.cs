using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Microsoft.Extensions.Logging;
using QuicPair.Cluster.Certificates;

namespace QuicPair.Cluster.Door;

/// <summary>
/// The door's mutual-TLS port: the only one of the household that Macs dial from elsewhere. It takes members to the
/// database and to the silo of its own process, and keeps the connections over which that silo reaches theirs.
/// Strangers are turned away in the handshake.
/// </summary>
internal sealed partial class DoorServer(
    DoorPlaces places, MemberCertificate self, MemberConnections connections, WaitingMembers waiting, TimeProvider time,
    ILogger<DoorServer> log) : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    // Ours: of one member; who does not introduce itself by then is turned away; after one that failed as it came.
    private const int MostOfOneMember = 64;
    private static readonly TimeSpan HandshakeLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMilliseconds(500);

    private readonly CancellationTokenSource _end = new();
    private readonly Strangers _strangers = new();
    private readonly ConcurrentDictionary<string, int> _open = new();
    private readonly SslServerAuthenticationOptions _accepting = MemberTls.Server(self);

    // Of several the first counts.
    private readonly EndPoint _database = DatabasePlaces.Of(places.Database)[0];
    private TcpListener? _listener;

    /// <summary>Opens before the silo looks for others, and closes after it has left.</summary>
    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
        nameof(DoorServer), ServiceLifecycleStage.First, _ => Start(), _ => Stop());

    public void Dispose()
    {
        _listener?.Dispose();
        _end.Dispose();
    }

    private Task Start()
    {
        _listener = DoorSocket.Listen(places.Listen);
        _ = Accept(_listener);
        return Task.CompletedTask;
    }

    private async Task Stop()
    {
        await _end.CancelAsync();
        _listener?.Dispose();
    }

    private async Task Accept(TcpListener listener)
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                _ = Serve(await listener.AcceptSocketAsync(_end.Token));
            }
            catch (SocketException)
            {
                // One that went away while it came, or this process has too many files open.
                await Task.Delay(AfterFailure, time, CancellationToken.None);
            }
            catch (Exception end) when (end is InvalidOperationException or OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task Serve(Socket socket)
    {
        var name = "";
        try
        {
            DoorSocket.Watch(socket);
            await using var ssl = new SslStream(new NetworkStream(socket));
            if (await Greet(ssl, ((IPEndPoint)socket.RemoteEndPoint!).Address) is not { } purpose)
            {
                TurnedAway("too many strangers");
                return;
            }

            name = self.NameOf(ssl);
            if (_open.AddOrUpdate(name, 1, (_, open) => open + 1) <= MostOfOneMember)
            {
                using var end = CancellationTokenSource.CreateLinkedTokenSource(_end.Token, connections.EndOf(name));
                await Take(name, purpose, ssl, end.Token);
            }
        }
        catch (Exception problem) when (problem is IOException or SocketException or AuthenticationException
            or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            TurnedAway(problem.GetType().Name);
        }
        finally
        {
            if (name.Length > 0)
            {
                _open.AddOrUpdate(name, 0, (_, open) => open - 1);
            }

            socket.Dispose();
        }
    }

    /// <summary>What a member comes for; null when there is no room for one more that is not known yet.</summary>
    private async Task<DoorPurpose?> Greet(SslStream ssl, IPAddress from)
    {
        if (!_strangers.TryEnter(from))
        {
            return null;
        }

        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
            limit.CancelAfter(HandshakeLimit);
            await ssl.AuthenticateAsServerAsync(_accepting, limit.Token);
            var purpose = new byte[1];
            await ssl.ReadExactlyAsync(purpose, limit.Token);
            return (DoorPurpose)purpose[0];
        }
        finally
        {
            _strangers.Leave(from);
        }
    }

    private async Task Take(string name, DoorPurpose purpose, SslStream ssl, CancellationToken end)
    {
        switch (purpose)
        {
            case DoorPurpose.Database:
                await using (var there = await Connect(_database))
                {
                    await StreamPump.Run(ssl, there, end);
                }

                break;
            case DoorPurpose.Silo:
                await using (var there = await Connect(places.Silo))
                {
                    await StreamPump.Run(ssl, there, end);
                }

                break;
            case DoorPurpose.Waiting:
                await waiting.Keep(name, ssl, end);
                break;
            default:
                TurnedAway("no purpose");
                break;
        }
    }

    private async Task<NetworkStream> Connect(EndPoint there)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
        limit.CancelAfter(HandshakeLimit);
        var socket = there is UnixDomainSocketEndPoint
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(there, limit.Token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    [LoggerMessage(1, LogLevel.Debug, "The door turned somebody away: {Reason}.")]
    private partial void TurnedAway(string reason);
}
