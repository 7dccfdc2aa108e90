using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using QuicPair.Cluster;

namespace QuicPair.Silo.Household;

/// <summary>
/// Where a Mac that joins will be for its household. It listens there while it asks, and the inviting Mac looks whether
/// it comes there: a token says that nobody else has that address.
/// </summary>
internal sealed class JoinPlace : IDisposable
{
    private const int TokenLength = 16;

    // Ours: who may come meanwhile, and how long the inviting Mac tries.
    private const int MaxVisitors = 32;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _end = new();

    private JoinPlace(TcpListener listener, IPAddress advertised)
    {
        _listener = listener;
        At = new IPEndPoint(advertised, ((IPEndPoint)listener.LocalEndpoint).Port).ToString();
    }

    /// <summary>Where it will be, <c>address:port</c>.</summary>
    public string At { get; }

    /// <summary>What is read there.</summary>
    public byte[] Token { get; } = RandomNumberGenerator.GetBytes(TokenLength);

    /// <summary>Listens; null where that cannot be, as when the silo of now holds the port.</summary>
    /// <param name="setting">The silo's address, as a setting.</param>
    /// <param name="port">Its port.</param>
    /// <exception cref="FormatException">The address is a host name that is not known.</exception>
    public static JoinPlace? Open(string setting, int port)
    {
        var (advertised, listening) = OwnAddress.Find(setting);
        var listener = new TcpListener(listening, port);
        try
        {
            listener.Start();
        }
        catch (SocketException)
        {
            listener.Dispose();
            return null;
        }

        var place = new JoinPlace(listener, advertised);
        _ = place.Accept();
        return place;
    }

    /// <summary>Whether this Mac reaches the one that asks.</summary>
    public static async Task<bool> IsReached(JoinRequest request, CancellationToken cancellation)
    {
        if (request is not { At: { } at, Token: { } token }) return true;
        if (!IPEndPoint.TryParse(at, out var place)) return false;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            using var client = new TcpClient(place.AddressFamily);
            await client.ConnectAsync(place, limit.Token);
            var said = new byte[TokenLength];
            await client.GetStream().ReadExactlyAsync(said, limit.Token);
            return CryptographicOperations.FixedTimeEquals(said, token);
        }
        catch (Exception problem) when (problem is SocketException or IOException or OperationCanceledException)
        {
            return false;
        }
    }

    public void Dispose()
    {
        _end.Cancel();
        _listener.Dispose();
    }

    private async Task Accept()
    {
        try
        {
            for (var visitor = 0; visitor < MaxVisitors; visitor++)
            {
                _ = Greet(await _listener.AcceptTcpClientAsync(_end.Token));
            }
        }
        catch (Exception problem) when (problem is OperationCanceledException or SocketException
            or ObjectDisposedException)
        {
            // It has its answer.
        }
    }

    private async Task Greet(TcpClient visitor)
    {
        try
        {
            using var client = visitor;
            await client.GetStream().WriteAsync(Token, _end.Token);

            // The other end closes first, so that the port is free for the silo at once.
            await client.Client.ReceiveAsync(new byte[1], SocketFlags.None, _end.Token);
        }
        catch (Exception problem) when (problem is OperationCanceledException or SocketException or IOException
            or InvalidOperationException)
        {
            // Gone.
        }
    }
}
