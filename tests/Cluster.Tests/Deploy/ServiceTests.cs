using System.Net;
using System.Net.Http.Headers;
using QuicPair.Cluster.Tests.Processes;
using QuicPair.EndToEnd;
using QuicPair.Interop.Peers;
using Xunit;

namespace QuicPair.Cluster.Tests.Deploy;

/// <summary>
/// The command lines and health checks of docker-compose.yml, run for real without containers; addresses, ports,
/// programs and files are the test's. Caddy's are in <see cref="CaddyTests"/>. PostgreSQL has its image's own line; its
/// health check is run.
/// </summary>
public sealed class ServiceTests : IDisposable
{
    private const string Secret = "relay-secret-of-the-tests";
    private const string Token = "operator-token-of-the-tests";

    private readonly string _folder = Directory.CreateTempSubdirectory("quicpair-service-").FullName;

    public ServiceTests()
    {
        File.WriteAllText(Of("turn-secret"), Secret + "\n");
        File.WriteAllText(Of("operator-token"), Token);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_relay_runs_under_its_outer_address_for_who_has_the_secret()
    {
        Lane.Require(["turnserver", "turnutils_stunclient", "timeout"], "coturn, coreutils");
        var port = FreePort.Next();
        var line = Command("coturn")
            .Replace("172.30.84.11", "127.0.0.1", StringComparison.Ordinal)
            .Replace("--listening-port=3478", $"--listening-port={port}", StringComparison.Ordinal)
            .Replace("--external-ip=127.0.0.1", "--external-ip=203.0.113.9", StringComparison.Ordinal);
        await using var relay = Start(line);
        await Healthy(relay, [.. ComposeFile.Check("coturn")[..^1], "-p", $"{port}", "127.0.0.1"]);

        Assert.Contains("relays from 203.0.113.9:", await Relays(port, Secret), StringComparison.Ordinal);
        Assert.Contains("refuses to relay", await Relays(port, "another"), StringComparison.Ordinal);
        if (OperatingSystem.IsLinux())
        {
            var shown = await File.ReadAllTextAsync($"/proc/{relay.Id}/cmdline", Cancellation);
            Assert.StartsWith("turnserver", shown, StringComparison.Ordinal);
            Assert.DoesNotContain(Secret, shown, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_front_door_runs_with_its_secrets()
    {
        var line = Command("front-door")
            .Replace("QuicPair.SignalingApi.dll", $"'{Tree.Program("SignalingApi")}'", StringComparison.Ordinal);
        await using var door = Start(line);
        const string said = "QuicPair front door on ";
        var at = new Uri((await door.Line(text => text.StartsWith(said, StringComparison.Ordinal)))[said.Length..]);
        var check = ComposeFile.Shell("front-door", "healthcheck")
            .Replace("/8443", $"/{at.Port}", StringComparison.Ordinal);
        await Healthy(door, ["bash", "-c", check]);

        using var http = new HttpClient { BaseAddress = at };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        using var macs = await http.GetAsync("/api/macs", Cancellation);
        Assert.Equal(HttpStatusCode.OK, macs.StatusCode);
        var fleet = await door.Line(text => text.StartsWith("Fleet: ", StringComparison.Ordinal));
        Assert.EndsWith("/fleet", fleet, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mac_runs_and_ends_in_order_when_it_is_asked_to()
    {
        var line = Command("x-mac")
            .Replace("QuicPair.Silo.dll", $"'{Tree.Program("Silo")}'", StringComparison.Ordinal);
        await using var mac = Start(line);
        await mac.Line(text => text.StartsWith("Pair a phone", StringComparison.Ordinal));
        var check = ComposeFile.Check("x-mac").Select(word => word == "quicpair.dll" ? Tree.Program("Cli") : word);
        await Healthy(mac, [.. check]);
        Signals.Terminate(mac.Id);
        Assert.Equal(0, await mac.Exit());
    }

    [Fact]
    public async Task The_database_is_healthy_while_it_runs_only()
    {
        await using var server = await PostgresProcess.Start();
        string[] check = [.. ComposeFile.Check("postgres"), "-h", server.SocketFolder, "-p", $"{server.Port}"];
        var (exit, said) = await HealthCheck.Run(check);
        Assert.True(exit == 0, said);

        await server.Kill();
        const int noResponse = 2;
        (exit, said) = await HealthCheck.Run(check);
        Assert.True(exit == noResponse, said);
    }

    [Theory]
    [InlineData("coturn", "turn-secret")]
    [InlineData("front-door", "turn-secret")]
    [InlineData("front-door", "operator-token")]
    [InlineData("x-mac", "turn-secret")]
    public async Task A_service_whose_secret_is_empty_or_missing_says_so_and_ends(string service, string secret)
    {
        await File.WriteAllTextAsync(Of(secret), "\n", Cancellation);
        await EndsFor(service, secret);
        File.Delete(Of(secret));
        await EndsFor(service, secret);
    }

    private async Task EndsFor(string service, string secret)
    {
        await using var process = Start(Command(service));
        Assert.NotEqual(0, await process.Exit());
        Assert.Contains(
            $"secrets/{secret} is empty or cannot be read", process.Errors, StringComparison.Ordinal);
    }

    /// <summary>The file's line, with the folder of the test for the container's folders.</summary>
    private string Command(string service) => ComposeFile.Shell(service, "command")
        .Replace("/tmp/", _folder + "/", StringComparison.Ordinal)
        .Replace("/run/secrets/", _folder + "/", StringComparison.Ordinal);

    private ChildProcess Start(string line) => ChildProcess.Start("/bin/sh", ["-c", line], Settings(), _folder);

    private Dictionary<string, string?> Settings() => new()
    {
        ["QUICPAIR_HOME"] = _folder,
        ["Urls"] = "http://127.0.0.1:0",
        ["OLLAMA_HOST"] = "http://127.0.0.1:9",

        // Whoever has a relay's address does not start without its secret.
        ["Ice__TurnUrls__0"] = "turn:127.0.0.1:9",
    };

    private Task Healthy(ChildProcess service, string[] check) =>
        HealthCheck.Passes(service, check, Settings(), _folder);

    /// <summary>What <c>quicpair doctor</c> says of the relay; its secret is right or not.</summary>
    private async Task<string> Relays(int port, string secret)
    {
        var settings = new Dictionary<string, string?>
        {
            ["QUICPAIR_HOME"] = Of("mac"),
            ["Ice__StunUrls"] = $"stun:127.0.0.1:{port}",
            ["TURN_URLS"] = $"turn:127.0.0.1:{port}",
            ["TURN_SECRET"] = secret,
        };
        await using var doctor = ChildProcess.Start("dotnet", [Tree.Program("Cli"), "doctor", "--network"], settings);
        doctor.Input.Close();
        await doctor.Exit();
        return doctor.Output + doctor.Errors;
    }

    private string Of(string name) => Path.Combine(_folder, name);
}
