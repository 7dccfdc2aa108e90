using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace QuicPair.Benchmarks.Path;

/// <summary>
/// As many STUN and TURN servers as a host asks, and none says a word: names that do not resolve, and on loopback UDP
/// ports that nobody reads and TCP ports that nobody accepts at.
/// </summary>
internal sealed class SilentServers : IDisposable
{
    private readonly Socket _stun = Bound(SocketType.Dgram, ProtocolType.Udp);
    private readonly Socket _turn = Bound(SocketType.Dgram, ProtocolType.Udp);
    private readonly Socket _tcp = Bound(SocketType.Stream, ProtocolType.Tcp);
    private readonly Socket _tls = Bound(SocketType.Stream, ProtocolType.Tcp);

    public SilentServers()
    {
        _tcp.Listen();
        _tls.Listen();
    }

    /// <summary>Configuration of a Mac that has no server.</summary>
    public static IReadOnlyDictionary<string, string?> None { get; } = new Dictionary<string, string?>
    {
        ["Ice__StunUrls"] = "",
        ["TURN_URLS"] = "",
    };

    /// <summary>Configuration of a Mac that has these.</summary>
    public IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?>
    {
        ["Ice__StunUrls"] =
            $"stun:one.invalid:3478,stun:two.invalid:3478,stun:three.invalid:3478,stun:{Place(_stun)}",
        ["TURN_URLS"] = $"turn:four.invalid:3478,turn:{Place(_turn)},turn:{Place(_tcp)}?transport=tcp,"
            + $"turns:{Place(_tls)}?transport=tcp",
        ["TURN_USER"] = "user",
        ["TURN_PASS"] = "word",
    };

    /// <summary>Whether something has come to each that has an address.</summary>
    public bool WereAsked => _stun.Available > 0 && _turn.Available > 0 && HasCaller(_tcp) && HasCaller(_tls);

    /// <summary>How long this machine's resolver takes to say that there is no such name.</summary>
    public static async Task<TimeSpan> ResolverSays()
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            _ = await Dns.GetHostAddressesAsync("five.invalid");
        }
        catch (SocketException)
        {
            // As it should be.
        }

        return Stopwatch.GetElapsedTime(started);
    }

    public void Dispose()
    {
        foreach (var socket in (Socket[])[_stun, _turn, _tcp, _tls]) socket.Dispose();
    }

    private static Socket Bound(SocketType type, ProtocolType protocol)
    {
        var socket = new Socket(AddressFamily.InterNetwork, type, protocol);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private static bool HasCaller(Socket listener) => listener.Poll(TimeSpan.Zero, SelectMode.SelectRead);

    private static string Place(Socket socket) =>
        string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{((IPEndPoint)socket.LocalEndPoint!).Port}");
}
