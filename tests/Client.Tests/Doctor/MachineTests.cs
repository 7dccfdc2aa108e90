using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using QuicPair.Cli;
using QuicPair.Cli.Doctor;
using QuicPair.Cli.Doctor.Machine;

namespace QuicPair.Client.Tests.Doctor;

/// <summary>Each check of this machine beside the fault that it is there for.</summary>
public sealed class MachineTests : IDisposable
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Ok")]
    [InlineData("Fail", "--Runner:Parallel=0")]
    [InlineData("Fail", "--Runner:Parallel=many")]
    [InlineData("Fail", "--Pairing:Show=loudly")]
    [InlineData("Fail", "--Runner:OllamaUrl=ftp://x")]
    [InlineData("Fail", "--Runner:Kind=openai", "--Runner:Url=ftp://x")]
    [InlineData("Fail", "--FrontDoor:DashboardToken=short")]
    [InlineData("Fail", "--Limits:Burst=0")]
    [InlineData("Fail", "--Network:LocalOnly=true", "--FrontDoor:PublicUrl=https://home.example")]
    public void Settings_that_cannot_be_used_are_found(string expected, params string[] words)
    {
        var settings = MachineSettings.Read(words, _folder.Path, _ => null);
        Assert.Equal(expected, $"{FileChecks.Configuration(settings).Verdict}");
    }

    [Fact]
    public void Ollama_is_looked_for_where_a_start_would()
    {
        string[] words = ["--Runner:Kind=ollama", "--Runner:Url=http://10.0.0.7:7000"];
        Assert.Equal(new Uri("http://10.0.0.7:7000"), MachineSettings.Read(words, _folder.Path, _ => null).Runner);
        words = ["--Runner:OllamaUrl=http://10.0.0.8:7000", "--Runner:Url=http://10.0.0.7:7000"];
        Assert.Equal(new Uri("http://10.0.0.8:7000"), MachineSettings.Read(words, _folder.Path, _ => null).Runner);
    }

    [Fact]
    public void The_network_is_examined_with_the_servers_that_a_start_would_use()
    {
        var own = DoctorServers.Read(["--Ice:StunUrls=stun:mine.example:3478"], _folder.Path, out var problem);
        Assert.Equal(("mine.example", null), (Assert.Single(own).Host, problem));
        Assert.Empty(DoctorServers.Read(["--Network:LocalOnly=true"], _folder.Path, out problem));
        Assert.Null(problem);
        DoctorServers.Read(["--Ice:StunUrls=nonsense"], _folder.Path, out problem);
        Assert.Contains("nonsense", problem!, StringComparison.Ordinal);
    }

    [Fact]
    public void Key_files_that_others_may_open_are_found()
    {
        var keys = Path.Combine(_folder.Path, "keys");
        const string none = "There are none yet; the first start or pairing makes them.";
        Assert.Equal((Verdict.Ok, none), (Keys().Verdict, Keys().Text));
        File.WriteAllText(keys, "x");
        File.SetUnixFileMode(keys, Owner);
        Assert.Equal((Verdict.Ok, "1 file, open to you only."), (Keys().Verdict, Keys().Text));
        File.SetUnixFileMode(keys, Owner | UnixFileMode.OtherRead);
        Assert.Equal((Verdict.Fail, $"chmod 600 '{keys}'"), (Keys().Verdict, Keys().Mend));
        File.SetUnixFileMode(keys, Owner);
        File.SetUnixFileMode(_folder.Path, Owner | UnixFileMode.UserExecute | UnixFileMode.OtherWrite);
        Assert.Equal((Verdict.Fail, $"chmod 700 '{_folder.Path}'"), (Keys().Verdict, Keys().Mend));

        Finding Keys() => FileChecks.Keys(new MachineSettings { Home = _folder.Path });
    }

    [Theory]
    [InlineData(0, "Ok")]
    [InlineData(60, "Warn")]
    [InlineData(-600, "Fail")]
    public async Task A_clock_that_is_wrong_is_found(int seconds, string expected)
    {
        await using var door = await Serve("/healthz", "ok");
        var (answers, clock) = await new FrontDoorChecks(Address(door), new ShiftedClock(seconds)).Run(Cancellation);
        Assert.Equal((Verdict.Ok, expected), (answers.Verdict, $"{clock.Verdict}"));
        Assert.Equal(expected != "Ok", clock.Mend is not null);
    }

    [Fact]
    public async Task A_front_door_that_is_away_is_found()
    {
        var (door, clock) = await new FrontDoorChecks(new Uri("http://127.0.0.1:9"), TimeProvider.System)
            .Run(Cancellation);
        Assert.Equal((Verdict.Fail, Verdict.NotMeasured), (door.Verdict, clock.Verdict));
        Assert.Contains("http://127.0.0.1:9 does not answer", door.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_found()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(
            DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await using var server = await Serve("/healthz", "ok", listen => listen.UseHttps(certificate));
        var address = new UriBuilder(Address(server)) { Host = "localhost", Scheme = "https" }.Uri;
        var (door, _) = await new FrontDoorChecks(address, TimeProvider.System).Run(Cancellation);
        Assert.Equal(Verdict.Fail, door.Verdict);
        Assert.Contains("certificate", door.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_ollama_that_is_away_is_found_and_the_rest_is_not_measured()
    {
        var findings = await Ollama(new Uri("http://127.0.0.1:9"));
        Assert.Equal(Verdict.Fail, Of(findings, "ollama").Verdict);
        Assert.Contains("ollama serve", Of(findings, "ollama").Mend!, StringComparison.Ordinal);
        Assert.All(
            (string[])["exposure", "models", "memory"],
            check => Assert.Equal(Verdict.NotMeasured, Of(findings, check).Verdict));
    }

    [Fact]
    public async Task Another_runner_that_a_start_would_find_is_no_fault()
    {
        await using var server = await Serve("/v1/models", """{"data":[{"id":"m","owned_by":"llamacpp"}]}""");
        string[] words = ["--Runner:OllamaUrl=http://127.0.0.1:9", $"--Runner:Url={Address(server)}"];
        var settings = MachineSettings.Read(words, _folder.Path, _ => null);
        var findings = await new OllamaChecks(settings, () => []).Run(Cancellation);
        Assert.All(findings, finding => Assert.Equal(Verdict.NotMeasured, finding.Verdict));
        Assert.Contains("llama-server", Of(findings, "ollama").Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.5.1", "Warn")]
    [InlineData("0.12.0", "Ok")]
    [InlineData("0.0.0-bigram", "Warn")]
    public async Task An_old_ollama_is_found(string version, string expected)
    {
        await using var server = await ServeOllama(version, """{"models":[{"name":"m:1b","size":1000}]}""");
        Assert.Equal(expected, $"{Of(await Ollama(Address(server)), "ollama").Verdict}");
    }

    [Theory]
    [InlineData("""{"models":[]}""", "", "Fail", "ollama pull qwen2.5:3b")]
    [InlineData("""{"models":[{"name":"m:latest","size":1}]}""", "absent", "Fail", "ollama pull absent")]
    [InlineData("""{"models":[{"name":"m:latest","size":1}]}""", "m", "Ok", null)]
    [InlineData("""{"models":[3,{"size":1},{"name":7},{"name":"m:latest","size":"big"}]}""", "m", "Ok", null)]
    [InlineData("""{"models":[{"name":"\ud83d","size":1}]}""", "", "Fail", "ollama pull qwen2.5:3b")]
    public async Task Models_that_are_not_there_are_found(string tags, string wanted, string expected, string? mend)
    {
        await using var server = await ServeOllama("0.12.0", tags);
        var models = Of(await Ollama(Address(server), wanted), "models");
        Assert.Equal(expected, $"{models.Verdict}");
        Assert.True(mend is null ? models.Mend is null : models.Mend!.Contains(mend, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_ollama_that_the_whole_network_reaches_is_found()
    {
        const string Tags = """{"models":[]}""";
        await using var hidden = await ServeOllama("0.12.0", Tags);
        await using var open = await ServeOllama("0.12.0", Tags, IPAddress.Any);
        var openAddress = new UriBuilder(Address(open)) { Host = "127.0.0.1" }.Uri;

        // To a listener on every address, 127.0.0.2 is like an address of the network.
        Assert.Equal(Verdict.Ok, Of(await Ollama(Address(hidden)), "exposure").Verdict);
        var found = Of(await Ollama(openAddress), "exposure");
        Assert.Equal(Verdict.Warn, found.Verdict);
        Assert.Contains("OLLAMA_HOST=127.0.0.1", found.Mend!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_ollama_behind_a_path_is_asked_there()
    {
        const string Tags = """{"models":[{"name":"m:1b","size":1000}]}""";
        await using var open = await ServeOllama("0.12.0", Tags, IPAddress.Any, "/ollama");
        var address = new UriBuilder(Address(open)) { Host = "127.0.0.1", Path = "/ollama/" }.Uri;

        var findings = await Ollama(address);

        Assert.Equal(Verdict.Ok, Of(findings, "ollama").Verdict);
        Assert.Equal(Verdict.Ok, Of(findings, "models").Verdict);
        Assert.Equal(Verdict.Warn, Of(findings, "exposure").Verdict);
    }

    [Theory]
    [InlineData(0, 25_300_000_000, nameof(Verdict.NotMeasured), "There is no model whose size is known.")]
    [InlineData(2_600_000, 0, nameof(Verdict.NotMeasured), "This machine does not say what it has.")]
    [InlineData(2_600_000, 25_300_000_000, nameof(Verdict.Ok), "small has 2.6 MB, this machine 25.3 GB.")]
    [InlineData(40_000, 25_300_000_000, nameof(Verdict.Ok), "small has 40.0 kB, this machine 25.3 GB.")]
    public void A_size_that_nobody_knows_is_not_shown_as_none(long size, long memory, string expected, string text)
    {
        var found = new OllamaChecks(new MachineSettings { Home = _folder.Path }, () => []).Memory(
            [("small", size)], memory);
        Assert.Equal((expected, text), (found.Verdict.ToString(), found.Text));
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(1, "1 B")]
    [InlineData(999, "999 B")]
    [InlineData(1_000, "1.0 kB")]
    [InlineData(999_949, "999.9 kB")]
    [InlineData(999_950, "1.0 MB")]
    [InlineData(2_600_000, "2.6 MB")]
    [InlineData(1_900_000_000, "1.9 GB")]
    [InlineData(999_990_000_000, "1.0 TB")]
    [InlineData(5_000_000_000_000_000, "5000.0 TB")]
    public void A_size_is_said_in_the_unit_that_fits(long bytes, string? text) =>
        Assert.Equal(text, ByteSize.Text(bytes));

    [Fact]
    public void A_model_that_does_not_fit_is_found()
    {
        const long Gigabyte = 1_000_000_000;
        var checks = new OllamaChecks(new MachineSettings { Home = _folder.Path }, () => []);
        List<(string, long)> models = [("large:70b", 40 * Gigabyte), ("small:3b", 2 * Gigabyte)];
        Assert.Equal(Verdict.Ok, checks.Memory(models, 16 * Gigabyte).Verdict);
        Assert.Equal(Verdict.Warn, checks.Memory(models, 2 * Gigabyte).Verdict);
        Assert.Equal(Verdict.NotMeasured, checks.Memory([], 2 * Gigabyte).Verdict);
        var chosen = new OllamaChecks(new MachineSettings { Home = _folder.Path, Model = "large:70b" }, () => []);
        Assert.Equal(Verdict.Warn, chosen.Memory(models, 16 * Gigabyte).Verdict);
    }

    [Theory]
    [InlineData("AC Power:\n disksleep 10\n sleep                1\n", "Fail", "sudo pmset -c sleep 0")]
    [InlineData("Battery Power:\n sleep 0\nAC Power:\n sleep 15\n", "Fail", "sudo pmset -c sleep 0")]
    [InlineData("Battery Power:\n standby 1\n sleep 5\nAC Power:\n displaysleep 5\n sleep 0\n", "Warn", "charger")]
    [InlineData("AC Power:\n disksleep 10\n sleep 0\n displaysleep 5\n", "Ok", null)]
    [InlineData("AC Power:\n displaysleep 5\nUPS Power:\n sleep 1\n", "NotMeasured", null)]
    [InlineData(null, "NotMeasured", null)]
    public void A_mac_that_falls_asleep_is_found(string? settings, string expected, string? mend)
    {
        var found = SleepCheck.OfMac(settings);
        Assert.Equal(("sleep", expected), (found.Check, $"{found.Verdict}"));
        Assert.True(mend is null ? found.Mend is null : found.Mend!.Contains(mend, StringComparison.Ordinal));
    }

    [Fact]
    public void A_machine_that_falls_asleep_is_found()
    {
        Assert.Equal(Verdict.Warn, SleepCheck.OfLinux("static\nstatic\n").Verdict);
        Assert.Equal(Verdict.Ok, SleepCheck.OfLinux("masked\nmasked\n").Verdict);
        Assert.Equal(Verdict.NotMeasured, SleepCheck.OfLinux("").Verdict);
    }

    private static Finding Of(IReadOnlyList<Finding> findings, string check) =>
        findings.Single(finding => finding.Check == check);

    private Task<IReadOnlyList<Finding>> Ollama(Uri address, string model = "")
    {
        var settings = new MachineSettings { Home = _folder.Path, Runner = address, Model = model };
        return new OllamaChecks(settings, () => [IPAddress.Parse("127.0.0.2")]).Run(Cancellation);
    }

    private static Uri Address(WebApplication app) => new(
        app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    private static async Task<WebApplication> Serve(string path, string body, Action<ListenOptions>? with = null)
    {
        var app = NewApp(listen => listen.Listen(IPAddress.Loopback, 0, with ?? (_ => { })));
        app.MapGet(path, () => body);
        await app.StartAsync(Cancellation);
        return app;
    }

    private static async Task<WebApplication> ServeOllama(
        string version, string tags, IPAddress? at = null, string path = "")
    {
        var app = NewApp(listen => listen.Listen(at ?? IPAddress.Loopback, 0));
        app.MapGet($"{path}/api/version", () => Results.Json(new { version }));
        app.MapGet($"{path}/api/tags", () => Results.Text(tags, "application/json"));
        await app.StartAsync(Cancellation);
        return app;
    }

    private static WebApplication NewApp(Action<KestrelServerOptions> listen)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(listen);
        return builder.Build();
    }

    private sealed class ShiftedClock(int seconds) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UtcNow.AddSeconds(seconds);
    }
}
