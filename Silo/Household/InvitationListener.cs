using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using QuicPair.Noise;

namespace QuicPair.Silo.Household;

/// <summary>
/// Listens while one invitation is open: until a Mac has joined with it, its time is over, or another replaces it.
/// </summary>
internal sealed class InvitationListener : IDisposable
{
    // Ours: who connects and says nothing, and how many may try; after a connection that failed as it came.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMilliseconds(500);
    private const int MaxAttempts = 32;

    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _end;
    private readonly KeyPair _mac;
    private readonly byte[] _secret;
    private readonly Func<byte[], byte[], JoinReply?> _decide;
    private readonly TimeProvider _time;
    private int _used;

    private InvitationListener(
        TcpListener listener, KeyPair mac, byte[] secret, TimeSpan life, Func<byte[], byte[], JoinReply?> decide,
        TimeProvider time)
    {
        (_listener, _mac, _secret, _decide, _time) = (listener, mac, secret, decide, time);
        _end = new CancellationTokenSource(life, time);
    }

    /// <summary>Opens an invitation.</summary>
    /// <param name="address">Where to listen; the port is a free one.</param>
    /// <param name="mac">This Mac's static keys.</param>
    /// <param name="name">This Mac's name.</param>
    /// <param name="life">How long it is open.</param>
    /// <param name="decide">Signs for a Mac.</param>
    /// <param name="time">This machine's clock.</param>
    public static (InvitationListener Listener, MemberInvitation Invitation) Open(
        IPAddress address, KeyPair mac, string name, TimeSpan life, Func<byte[], byte[], JoinReply?> decide,
        TimeProvider time)
    {
        var tcp = new TcpListener(address, 0);
        tcp.Start();
        var secret = RandomNumberGenerator.GetBytes(HandshakeState.PresharedKeyLength);
        var listener = new InvitationListener(tcp, mac, secret, life, decide, time);
        _ = listener.Accept();
        var expires = time.GetUtcNow() + life;
        return (listener, new MemberInvitation(
            tcp.LocalEndpoint.ToString()!, name, mac.PublicKey.ToArray(), secret, expires.ToUnixTimeSeconds()));
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
            for (var attempt = 0; attempt < MaxAttempts && Volatile.Read(ref _used) == 0; attempt++)
            {
                using var client = await Next();
                await Serve(client);
            }
        }
        catch (Exception problem) when (problem is OperationCanceledException or SocketException
            or ObjectDisposedException)
        {
            // Its time is over.
        }
        finally
        {
            _listener.Dispose();
        }
    }

    /// <summary>Who connects next; a connection that failed as it came does not end the invitation.</summary>
    private async Task<TcpClient> Next()
    {
        while (true)
        {
            try
            {
                return await _listener.AcceptTcpClientAsync(_end.Token);
            }
            catch (SocketException) when (!_end.IsCancellationRequested)
            {
                await Task.Delay(AfterFailure, _time, _end.Token);
            }
        }
    }

    private async Task Serve(TcpClient client)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
        limit.CancelAfter(Patience);
        try
        {
            await JoinExchange.Answer(client.GetStream(), _mac, _secret, Decide, limit.Token);
        }
        catch (Exception problem) when (problem is IOException or OperationCanceledException or SocketException
            or InvalidOperationException)
        {
            // Whoever it was did not finish.
        }
    }

    /// <summary>A Mac that cannot be reached may try once more with the same invitation, from another place.</summary>
    private async Task<JoinReply?> Decide(byte[] mac, JoinRequest request, CancellationToken cancellation)
    {
        if (!await JoinPlace.IsReached(request, cancellation)) return JoinReply.Refuse(JoinReply.Unreachable);
        return Interlocked.Exchange(ref _used, 1) == 0 ? _decide(mac, request.PublicKey) : null;
    }
}
