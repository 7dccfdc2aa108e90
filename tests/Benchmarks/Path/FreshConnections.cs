using System.Diagnostics;
using System.Net.Sockets;

namespace QuicPair.Benchmarks.Path;

/// <summary>
/// A phone's way to the front door as it is when the phone comes back: there is no connection yet, so that each request
/// begins with TCP's handshake, whose time is kept.
/// </summary>
internal sealed class FreshConnections : IDisposable
{
    public FreshConnections() => Handler = new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        PooledConnectionLifetime = TimeSpan.Zero,
        ConnectCallback = Connect,
    };

    public SocketsHttpHandler Handler { get; }

    /// <summary>How long TCP took for the last request.</summary>
    public TimeSpan LastHandshake { get; private set; }

    public void Dispose() => Handler.Dispose();

    private async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            var started = Stopwatch.GetTimestamp();
            await socket.ConnectAsync(context.DnsEndPoint, cancellation);
            LastHandshake = Stopwatch.GetElapsedTime(started);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
