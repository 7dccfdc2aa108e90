using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Npgsql;
using QuicPair.Cluster.Certificates;

namespace QuicPair.Cluster.Door;

/// <summary>
/// A Mac's side of the door. For the database it offers a Unix socket in a folder of this process's user, where the
/// driver finds it; each connection to it goes through the door.
/// </summary>
public sealed class DoorLink : IAsyncDisposable
{
    /// <summary>The port in the name of the Unix socket.</summary>
    internal const int DatabasePort = 1;

    // Ours: the driver's pool, and those of a moment.
    private const int MostAtOnce = 32;
    private const int KeptOpen = 2;
    private static readonly TimeSpan DialLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenDials = TimeSpan.FromMilliseconds(500);

    private readonly DnsEndPoint _door;
    private readonly MemberCertificate _self;
    private readonly TimeProvider _time;
    private readonly string _path;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly SemaphoreSlim _room = new(MostAtOnce);
    private readonly CancellationTokenSource _end = new();
    private volatile string? _doorName;

    private DoorLink(DnsEndPoint door, MemberCertificate self, string folder, TimeProvider time)
    {
        (_door, _self, _time) = (door, self, time);
        _path = PathIn(folder);
    }

    /// <summary>The silo name of the door; null before it was reached.</summary>
    internal string? DoorName => _doorName;

    /// <summary>Whether a folder's path is short enough for the Unix socket in it.</summary>
    public static bool Fits(string folder) => SocketPath.Fits(PathIn(Path.GetFullPath(folder)));

    /// <summary>Opens the way to the door; null for a household without one, or a Mac without a certificate.</summary>
    /// <param name="options">The household.</param>
    /// <param name="time">This machine's clock.</param>
    /// <exception cref="FormatException">
    /// The door's address cannot be read, or the folder's path is too long for a socket.
    /// </exception>
    /// <exception cref="CertificateException">The certificate cannot be used.</exception>
    public static DoorLink? Open(HouseholdOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        if (options.DoorAt() is not { } door || MemberCertificate.Open(options.Certificates) is not { } self)
        {
            return null;
        }

        var link = new DoorLink(door, self, options.LinkAt, time);
        try
        {
            link.Listen();
            return link;
        }
        catch
        {
            link._listener.Dispose();
            self.Dispose();
            throw;
        }
    }

    /// <summary>Whether the door's silo can be reached through the door, and is who it should be.</summary>
    /// <exception cref="CertificateException">Somebody else is there.</exception>
    /// <exception cref="SocketException">The door cannot be reached.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public async Task Check(CancellationToken cancellation)
    {
        await using var stream = await Dial(DoorPurpose.Silo, cancellation);
        await MemberDial.Check(stream, _doorName!, _self, cancellation);
    }

    /// <summary>Whether a member is the one in whose process the door is.</summary>
    public bool IsDoor(string name) => name == _doorName;

    /// <summary>Opens one connection.</summary>
    /// <exception cref="SocketException">The door cannot be reached.</exception>
    /// <exception cref="IOException">The connection broke, or the door is no member.</exception>
    internal async Task<Stream> Dial(DoorPurpose purpose, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _end.Token);
        limit.CancelAfter(DialLimit);
        SslStream? ssl = null;
        try
        {
            ssl = new SslStream(await DoorSocket.Dial(_door, _time, limit.Token));
            var name = "";
            await ssl.AuthenticateAsClientAsync(
                MemberTls.Client(_self, there => (name = there).Length > 0 && there != _self.Name), limit.Token);
            _doorName = name;
            await ssl.WriteAsync(new[] { (byte)purpose }, limit.Token);
            return ssl;
        }
        catch (Exception problem)
        {
            if (ssl is not null)
            {
                await ssl.DisposeAsync();
            }

            throw problem switch
            {
                AuthenticationException => new IOException("The door is none of this household.", problem),
                OperationCanceledException when !cancellation.IsCancellationRequested =>
                    new IOException("The door does not answer.", problem),
                _ => problem,
            };
        }
    }

    /// <summary>Keeps connections at the door over which its silo reaches the one of this process.</summary>
    /// <param name="silo">Where this process's silo listens.</param>
    /// <param name="cancellation">Ends it.</param>
    internal Task Wait(IPEndPoint silo, CancellationToken cancellation) =>
        Task.WhenAll(Enumerable.Range(0, KeptOpen).Select(_ => WaitAgain(silo, cancellation)));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Dispose();
        File.Delete(_path);

        // The next link has the same path, under which the driver keeps the connections that end with this one.
        NpgsqlConnection.ClearAllPools();
        _self.Dispose();
    }

    private static string PathIn(string folder) => Path.Combine(folder, $".s.PGSQL.{DatabasePort}");

    private void Listen()
    {
        if (!SocketPath.Fits(_path))
        {
            throw new FormatException(
                $"The path of the data folder is too long for a household: {_path} cannot be a socket.");
        }

        File.Delete(_path);
        _listener.Bind(new UnixDomainSocketEndPoint(_path));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        _listener.Listen();
        _ = Accept();
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                await _room.WaitAsync(_end.Token);
                _ = CarryDatabase(await Next());
            }
        }
        catch (Exception problem) when (problem is OperationCanceledException or SocketException
            or ObjectDisposedException)
        {
            // The link is closed.
        }
    }

    /// <summary>The driver's next connection; one that failed as it came does not end the link.</summary>
    private async Task<Socket> Next()
    {
        while (true)
        {
            try
            {
                return await _listener.AcceptAsync(_end.Token);
            }
            catch (SocketException) when (!_end.IsCancellationRequested)
            {
                await Task.Delay(BetweenDials, _time, _end.Token);
            }
        }
    }

    private async Task CarryDatabase(Socket client)
    {
        try
        {
            await using var near = new NetworkStream(client, ownsSocket: true);
            await using var far = await Dial(DoorPurpose.Database, _end.Token);
            await StreamPump.Run(near, far, _end.Token);
        }
        catch (Exception problem) when (IsAbsence(problem))
        {
            // The driver sees its connection end, and says that the database is away.
        }
        finally
        {
            _room.Release();
        }
    }

    private async Task WaitAgain(IPEndPoint silo, CancellationToken cancellation)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _end.Token);
        while (!end.IsCancellationRequested)
        {
            if (!await WaitOnce(silo, end.Token))
            {
                await Task.Delay(BetweenDials, _time, CancellationToken.None);
            }
        }
    }

    /// <summary>Waits until the door's silo calls; false when the connection ended before.</summary>
    private async Task<bool> WaitOnce(IPEndPoint silo, CancellationToken cancellation)
    {
        Stream? far = null;
        try
        {
            far = await Dial(DoorPurpose.Waiting, cancellation);
            var word = new byte[1];
            if (await far.ReadAsync(word, cancellation) == 1 && word[0] == WaitingConnection.WakeByte)
            {
                _ = CarrySilo(far, word, silo, cancellation);
                far = null;
                return true;
            }
        }
        catch (Exception problem) when (IsAbsence(problem))
        {
            // The door is away, or the silo ends.
        }
        finally
        {
            if (far is not null)
            {
                await far.DisposeAsync();
            }
        }

        return false;
    }

    private static async Task CarrySilo(Stream far, byte[] word, IPEndPoint silo, CancellationToken cancellation)
    {
        await using var end = far;
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(silo, cancellation);
            await far.WriteAsync(word, cancellation);
            await using var near = new NetworkStream(socket);
            await StreamPump.Run(far, near, cancellation);
        }
        catch (Exception problem) when (IsAbsence(problem))
        {
            // The silo is starting, or the door is gone; whoever called sees the connection end.
        }
    }

    private static bool IsAbsence(Exception problem) => problem is IOException or SocketException
        or OperationCanceledException or ObjectDisposedException or InvalidOperationException;
}
