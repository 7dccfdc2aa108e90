using System.Net;
using System.Net.Sockets;
using System.Text;
using QuicPair.Nat.Lab;
using QuicPair.Nat.Routers;
using Xunit;

namespace QuicPair.Nat.Local;

/// <summary>
/// Local mode's front door with everything switched on that believes a header: who is near is told by the address of
/// the socket, whatever the headers claim.
/// </summary>
public sealed class SocketAddressTests : IDisposable
{
    private const int Port = 8443;
    private const string Door = "192.168.1.3";
    private const string Near = "192.168.1.2";
    private const string Foreign = "198.51.100.77";
    private const string Served = "HTTP/1.1 200 OK";
    private const string EndedUnread = "";

    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("qplab");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _home.Delete(recursive: true);

    [Theory]
    [InlineData(true, EndedUnread)]
    [InlineData(false, Served)]
    public async Task A_foreign_socket_is_foreign_and_a_private_one_private_whatever_the_headers_claim(
        bool isLocalOnly, string foreignReply)
    {
        using var world = new World();
        var (phone, mac) = Neighbours(world);
        using var daemon = Quicpair.Start(mac.Host, Settings(isLocalOnly), "up");
        await daemon.Line("Pair a phone", Cancellation);

        // Without local mode a foreign address is served: the way there and back is open.
        foreach (var claim in Claims("192.168.1.9", "localhost"))
        {
            Assert.Equal((claim, foreignReply), (claim, await Ask(phone, Foreign, claim)));
        }

        foreach (var claim in Claims("203.0.113.9", "ai.example.org"))
        {
            Assert.Equal((claim, Served), (claim, await Ask(phone, Near, claim)));
        }
    }

    /// <summary>Headers that claim to speak for somebody at an address, or to have come by a name.</summary>
    private static string[] Claims(string address, string name) =>
    [
        $"Host: {Door}:{Port}\r\nX-Forwarded-For: {address}",
        $"Host: {Door}:{Port}\r\nForwarded: for={address}",
        $"Host: {Door}:{Port}\r\nX-Real-IP: {address}",
        $"Host: {name}",
    ];

    /// <summary>Asks the front door from one of a machine's addresses; the first line of the reply.</summary>
    private static async Task<string> Ask(Site from, string address, string headers)
    {
        using var socket = from.Host.Run(
            () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Parse(Door), Port), Cancellation);
            await using var stream = new NetworkStream(socket);
            var request = $"GET /healthz HTTP/1.1\r\n{headers}\r\nConnection: close\r\n\r\n";
            await stream.WriteAsync(Encoding.ASCII.GetBytes(request), Cancellation);
            using var reader = new StreamReader(stream, Encoding.ASCII);
            return await reader.ReadLineAsync(Cancellation) ?? EndedUnread;
        }
        catch (Exception end) when (
            end is IOException or SocketException { SocketErrorCode: SocketError.ConnectionReset })
        {
            return EndedUnread;
        }
    }

    private static (Site Phone, Site Mac) Neighbours(World world)
    {
        var router = world.Add(Router.OnInternet(world.Internet, "198.51.100.11", NatKind.PortRestricted));
        var phone = world.Add(Site.Behind(router, 1));
        var mac = world.Add(Site.BesideHost(phone, Door));
        phone.Host.Ip($"address add {Foreign}/32 dev eth0");
        mac.Host.Ip($"route add {Foreign}/32 dev eth0");
        return (phone, mac);
    }

    private Dictionary<string, string> Settings(bool isLocalOnly) => new()
    {
        ["QUICPAIR_HOME"] = _home.FullName,
        ["Network__LocalOnly"] = isLocalOnly ? "true" : "false",
        ["Urls"] = $"http://*:{Port}",
        ["OLLAMA_HOST"] = "http://127.0.0.1:9",
        ["ASPNETCORE_FORWARDEDHEADERS_ENABLED"] = "true",
        ["FrontDoor__KnownProxies__0"] = Foreign,
        ["FrontDoor__KnownProxies__1"] = Near,
        ["FrontDoor__Hosts__0"] = "ai.example.org",
    };
}
