using Microsoft.Extensions.Configuration;
using QuicPair.Cluster;
using QuicPair.Silo.Hosting;
using QuicPair.Silo.Keys;
using QuicPair.Silo.Tests.Keys;

namespace QuicPair.Silo.Tests.Hosting;

public sealed class LocalModeTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private readonly DataFolder _folder;

    public LocalModeTests() => _folder = _temporary.Open();

    public void Dispose()
    {
        _folder.Dispose();
        _temporary.Dispose();
    }

    [Theory]
    [InlineData("openai", "Runner:Url", "https://api.openai.com/v1")]
    [InlineData("auto", "Runner:Url", "http://203.0.113.7:8080")]
    [InlineData("auto", "Runner:OllamaUrl", "http://203.0.113.7:11434")]
    [InlineData("ollama", "Runner:Url", "http://203.0.113.7:11434")]
    public void A_runner_elsewhere_is_refused(string kind, string setting, string url)
    {
        var refusal = Assert.Throws<StartupException>(() => Make(("Runner:Kind", kind), (setting, url)));

        Assert.StartsWith("Network:LocalOnly: the runner's host ", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_collector_of_traces_elsewhere_is_refused() => Assert.Contains(
        "OTEL_EXPORTER_OTLP_ENDPOINT",
        Assert.Throws<StartupException>(
            () => Make(("OTEL_EXPORTER_OTLP_ENDPOINT", "http://203.0.113.7:4317"))).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("Host=203.0.113.7;Password=x", "", "", "ConnectionString")]
    [InlineData("Host=192.168.1.2,db.example.org", "", "", "ConnectionString")]
    [InlineData("", "203.0.113.7:11111", "", "Primary")]
    [InlineData("", "", "door.example.org:11112", "Door")]
    public void A_household_elsewhere_is_refused(string database, string primary, string door, string setting)
    {
        var household = new HouseholdOptions { ConnectionString = database, Primary = primary, Door = door };

        var refusal = Assert.Throws<StartupException>(() => LocalMode.Check(On(), household));

        Assert.EndsWith($"is no private address (Cluster:{setting}).", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host=192.168.1.2;Port=5432", "10.0.0.2:11111", "")]
    [InlineData("Host=/var/run/postgresql", "", "")]
    [InlineData("Host=fd00::7", "", "")]
    [InlineData("Username=mac", "", "192.168.1.2:11112")]
    public void A_household_in_this_network_is_taken(string database, string primary, string door) => LocalMode.Check(
        On(), new HouseholdOptions { ConnectionString = database, Primary = primary, Door = door });

    [Theory]
    [InlineData("mac.example.org", false)]
    [InlineData("203.0.113.7", false)]
    [InlineData("192.168.1.2", true)]
    [InlineData("auto", true)]
    [InlineData("auto:192.168.1.2", true)]
    public void A_Macs_own_address_is_one_of_this_network_and_no_name(string address, bool isTaken)
    {
        var refusal = Record.Exception(() => LocalMode.Check(On(), new HouseholdOptions { Address = address }));
        Assert.Equal(isTaken, refusal is null);
    }

    [Fact]
    public async Task A_runner_in_this_network_serves_but_none_of_its_models_in_a_cloud()
    {
        await using var mac = Make(
            ("Runner:Kind", "openai"), ("Runner:Url", "http://192.168.1.2:1234/v1"), ("Runner:CloudModels", "true"));

        Assert.False(mac.Settings.Runner.CloudModels);
    }

    private static IConfiguration On() => new ConfigurationBuilder()
        .AddInMemoryCollection([new("Network:LocalOnly", "true")])
        .Build();

    private MacParts Make(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Append((Key: "Network:LocalOnly", Value: "true"))
                .ToDictionary(setting => setting.Key, setting => (string?)setting.Value))
            .Build();
        return MacParts.Make(configuration, _folder, _ => null);
    }
}
