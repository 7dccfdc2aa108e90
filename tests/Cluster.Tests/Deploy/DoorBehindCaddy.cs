using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using QuicPair.Cluster.Tests.Processes;
using QuicPair.EndToEnd;
using QuicPair.Interop.Peers;
using QuicPair.Nat.Lab;
using Xunit;

namespace QuicPair.Cluster.Tests.Deploy;

/// <summary>
/// A front door and, before it, Caddy with the line of docker-compose.yml, in a network namespace of their own, whose
/// ports 80 and 443 nobody else has. All gone when it is disposed.
/// </summary>
internal sealed class DoorBehindCaddy : IAsyncDisposable
{
    private const string Loopback = "127.0.0.1";
    private const string Nobody = "65534";
    private const int Attempts = 3_000;

    private static readonly string[] Programs = ["caddy", "ip", "nc", "setpriv"];

    private readonly string _folder = Directory.CreateTempSubdirectory("quicpair-caddy-").FullName;
    private readonly Namespace _place;
    private ChildProcess? _door;
    private ChildProcess? _caddy;
    private X509Certificate2? _authority;

    private DoorBehindCaddy(Namespace place) => _place = place;

    /// <summary>Caddy's folder for what it keeps: /data of its container.</summary>
    private string Data => Path.Combine(_folder, "data");

    /// <summary>Starts both; Caddy is healthy and has its certificate.</summary>
    /// <param name="settings">More configuration of the front door, as environment variables say it.</param>
    public static async Task<DoorBehindCaddy> Start(params (string Name, string Value)[] settings)
    {
        var household = new DoorBehindCaddy(Place());
        try
        {
            await household.StartDoor(settings);
            await household.StartCaddy();
            return household;
        }
        catch
        {
            await household.DisposeAsync();
            throw;
        }
    }

    /// <summary>A client of https://localhost.</summary>
    /// <param name="address">The loopback address that it asks from.</param>
    /// <param name="trustsCaddy">Whether it trusts Caddy's authority alone, or those of the machine.</param>
    public HttpClient Phone(string address, bool trustsCaddy = true)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            ConnectCallback = (asked, cancellation) => Connect(address, asked.DnsEndPoint.Port, cancellation),
        };
        if (trustsCaddy)
        {
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
                CustomTrustStore = { _authority! },
            };
        }

        return new HttpClient(handler) { BaseAddress = new Uri("https://localhost") };
    }

    /// <summary>Whether Caddy's health check finds it healthy.</summary>
    public async Task<bool> IsHealthy() => (await HealthCheck.Run(Check())).Exit == 0;

    /// <summary>Asks Caddy to end, as a stop of its container does; its exit code.</summary>
    public Task<int> StopCaddy()
    {
        Signals.Terminate(_caddy!.Id);
        return _caddy.Exit();
    }

    public async ValueTask DisposeAsync()
    {
        if (_caddy is not null) await _caddy.DisposeAsync();
        if (_door is not null) await _door.DisposeAsync();
        _authority?.Dispose();
        _place.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static Namespace Place()
    {
        if (!OperatingSystem.IsLinux()) Lane.Unavailable("Network namespaces are Linux's.");
        Lane.Require(Programs, "caddy, iproute2, netcat-openbsd, util-linux");
        try
        {
            return Namespace.Create("caddy");
        }
        catch (Exception problem) when (problem is LabException or IOException or UnauthorizedAccessException)
        {
            Lane.Unavailable($"A network namespace cannot be made here (root): {problem.Message}");
            throw;
        }
    }

    private async Task StartDoor((string Name, string Value)[] settings)
    {
        var environment = new Dictionary<string, string?>
        {
            ["QUICPAIR_HOME"] = Path.Combine(_folder, "door"),
            ["Urls"] = $"http://{Loopback}:8443",
            ["FrontDoor__Dashboard"] = "false",

            // Caddy's address here.
            ["FrontDoor__KnownProxies__0"] = Loopback,
        };
        foreach (var (name, value) in settings) environment[name] = value;
        _door = ChildProcess.Start("ip", Inside("dotnet", Tree.Program("SignalingApi")), environment);
        await _door.Line(line => line.StartsWith("QuicPair front door on ", StringComparison.Ordinal));
    }

    private async Task StartCaddy()
    {
        // As Docker has it in a container: every user there may take any port.
        _place.Configure("net/ipv4/ip_unprivileged_port_start", "0");
        Directory.CreateDirectory(Data);
        File.SetUnixFileMode(_folder, (UnixFileMode)0b111_101_101);
        File.SetUnixFileMode(Data, (UnixFileMode)0b111_111_111);
        var line = ComposeFile.Command("caddy")
            .Select(word => word.Replace("front-door", Loopback, StringComparison.Ordinal));

        // Caddy puts its new authority among those that the machine trusts. Nobody may not: it says so and goes on.
        string[] command =
        [
            "setpriv", $"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups", "--no-new-privs", .. line,
        ];
        _caddy = ChildProcess.Start("ip", Inside(command), new Dictionary<string, string?>
        {
            ["HOME"] = Data,
            ["XDG_DATA_HOME"] = Data,
            ["XDG_CONFIG_HOME"] = Data,
        });
        await HealthCheck.Passes(_caddy, Check());
        _authority = X509CertificateLoader.LoadCertificateFromFile(
            Path.Combine(Data, "caddy", "pki", "authorities", "local", "root.crt"));
        await Certified();
    }

    /// <summary>Asks until Caddy has its certificate: it listens before.</summary>
    private async Task Certified()
    {
        using var phone = Phone(Loopback);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            try
            {
                using var answer = await phone.GetAsync("/healthz", TestContext.Current.CancellationToken);
                return;
            }
            catch (HttpRequestException problem) when (
                problem.HttpRequestError == HttpRequestError.SecureConnectionError)
            {
                await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
            }
        }

        Assert.Fail($"Caddy has no certificate that its authority vouches for.\n{_caddy!.Errors}");
    }

    private string[] Check() => ["ip", .. Inside(ComposeFile.Check("caddy"))];

    /// <summary>What the program <c>ip</c> is told to run a command there, which takes its process.</summary>
    private string[] Inside(params string[] command) => ["netns", "exec", _place.Name, .. command];

    private async ValueTask<Stream> Connect(string address, int port, CancellationToken cancellation)
    {
        var socket = _place.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
