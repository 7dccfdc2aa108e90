using System.Net;
using QuicPair.Cli.Proxy;

namespace QuicPair.Client.Tests.Proxy;

/// <summary>A proxy in front of a Mac that does what a test says.</summary>
internal sealed class ProxyDesk : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Phone _phone;
    private readonly MacConnection _connection;
    private ProxyServer _proxy = null!;

    private ProxyDesk()
    {
        _phone = Mac.NewPhone(_folder);
        _connection = _phone.Connect(Mac.Link);
    }

    public TestMac Mac { get; } = new();

    public HttpClient Http { get; private set; } = null!;

    /// <param name="origins">The pages that may ask.</param>
    public static Task<ProxyDesk> Start(params string[] origins) => Start(origins, hosts: []);

    /// <param name="origins">The pages that may ask.</param>
    /// <param name="hosts">The names by which programs may ask, beside those of this machine.</param>
    public static async Task<ProxyDesk> Start(string[] origins, string[] hosts)
    {
        var desk = new ProxyDesk();
        desk._proxy = await ProxyServer.Start(
            desk._connection, new IPEndPoint(IPAddress.Loopback, 0), origins, hosts);
        desk.Http = new HttpClient { BaseAddress = desk._proxy.Address };
        return desk;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _proxy.DisposeAsync();
        await _connection.DisposeAsync();
        await _phone.DisposeAsync();
        Mac.Dispose();
        _folder.Dispose();
    }
}
