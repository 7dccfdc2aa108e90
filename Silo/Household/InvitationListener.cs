using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using QuicPair.Noise;
using QuicPair.Protocol;

namespace QuicPair.Silo.Household;

/// <summary>
/// Listens while one invitation is open: until a Mac has joined with it, its time is over, or another replaces it.
/// </summary>
internal sealed class InvitationListener : IDisposable
{
    // Ours: one connection in all; how many at a time; how many that know the secret may try, for each has this Mac
    // dial; after a connection that failed as it came.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMilliseconds(500);
    private const int MostAtOnce = 8;
    private const int MaxAttempts = 32;

    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _end;
    private readonly CancellationTokenSource _full;
    private readonly SemaphoreSlim _room = new(MostAtOnce);
    private readonly Lock _lock = new();
    private readonly LinkedList<CancellationTokenSource> _silent = [];
    private readonly KeyPair _mac;
    private readonly byte[] _secret;
    private readonly Func<byte[], byte[], JoinReply?> _decide;
    private readonly Action<string?, string> _refused;
    private readonly TimeProvider _time;
    private int _attempts;
    private int _used;

    private InvitationListener(
        TcpListener listener, KeyPair mac, byte[] secret, TimeSpan life, Func<byte[], byte[], JoinReply?> decide,
        TimeProvider time, Action<string?, string> refused)
    {
        (_listener, _mac, _secret, _decide, _time) = (listener, mac, secret, decide, time);
        _refused = refused;
        _end = new CancellationTokenSource(life, time);
        _full = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
    }

    /// <summary>Opens an invitation.</summary>
    /// <param name="address">Where to listen; the port is a free one.</param>
    /// <param name="mac">This Mac's static keys.</param>
    /// <param name="name">This Mac's name.</param>
    /// <param name="life">How long it is open.</param>
    /// <param name="decide">Signs for a Mac.</param>
    /// <param name="time">This machine's clock.</param>
    /// <param name="refused">Hears whom it turned away, by id if it proved one, and why in a word.</param>
    public static (InvitationListener Listener, MemberInvitation Invitation) Open(
        IPAddress address, KeyPair mac, string name, TimeSpan life, Func<byte[], byte[], JoinReply?> decide,
        TimeProvider time, Action<string?, string>? refused = null)
    {
        var tcp = new TcpListener(address, 0);
        tcp.Start();
        var secret = RandomNumberGenerator.GetBytes(HandshakeState.PresharedKeyLength);
        var listener = new InvitationListener(tcp, mac, secret, life, decide, time, refused ?? ((_, _) => { }));
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
            while (true)
            {
                if (_room.CurrentCount == 0) EndOldestSilent();
                await _room.WaitAsync(_full.Token);
                _ = Serve(await Next());
            }
        }
        catch (Exception problem) when (problem is OperationCanceledException or SocketException
            or ObjectDisposedException)
        {
            // Its time is over, it is used, or enough have tried.
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
                return await _listener.AcceptTcpClientAsync(_full.Token);
            }
            catch (SocketException) when (!_full.IsCancellationRequested)
            {
                await Task.Delay(AfterFailure, _time, _full.Token);
            }
        }
    }

    private async Task Serve(TcpClient client)
    {
        using var patience = new CancellationTokenSource(Patience, _time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_end.Token, patience.Token);
        lock (_lock) _silent.AddLast(limit);
        try
        {
            using var connection = client;
            await JoinExchange.Answer(
                client.GetStream(),
                _mac,
                _secret,
                async (mac, request, stop) => TryKeep(limit) ? await Decide(mac, request, stop) : null,
                _refused,
                limit.Token);
        }
        catch (Exception problem) when (problem is IOException or OperationCanceledException or SocketException
            or InvalidOperationException)
        {
            // Whoever it was did not finish.
        }
        finally
        {
            TryKeep(limit);
            _room.Release();
        }
    }

    /// <summary>Whoever has said nothing yet gives its place to the next: a Mac that joins speaks at once.</summary>
    private void EndOldestSilent()
    {
        CancellationTokenSource? oldest;
        lock (_lock)
        {
            oldest = _silent.First?.Value;
            if (oldest is null) return;
            _silent.RemoveFirst();
        }

        try
        {
            oldest.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It ended meanwhile.
        }
    }

    /// <summary>A connection that was heard keeps its place until it ends; false when it has lost it.</summary>
    private bool TryKeep(CancellationTokenSource connection)
    {
        lock (_lock) return _silent.Remove(connection);
    }

    /// <summary>A Mac that cannot be reached may try once more with the same invitation, from another place.</summary>
    private async Task<JoinReply?> Decide(byte[] mac, JoinRequest request, CancellationToken cancellation)
    {
        var attempt = Interlocked.Increment(ref _attempts);
        if (attempt > MaxAttempts) return Refuse(mac, "join_attempts");
        if (attempt == MaxAttempts) await _full.CancelAsync();
        if (!await JoinPlace.IsReached(request, cancellation))
        {
            _refused(KeySchedule.MacId(mac), "join_unreachable");
            return JoinReply.Refuse(JoinReply.Unreachable);
        }

        if (Interlocked.Exchange(ref _used, 1) != 0) return Refuse(mac, "join_used");
        await _full.CancelAsync();
        return _decide(mac, request.PublicKey);
    }

    private JoinReply? Refuse(byte[] mac, string reason)
    {
        _refused(KeySchedule.MacId(mac), reason);
        return null;
    }
}
