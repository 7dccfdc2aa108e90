using System.Net;
using QuicPair.Protocol;
using QuicPair.Silo.Hosting;
using QuicPair.Silo.Keys;
using QuicPair.Silo.Pairing;
using QuicPair.Silo.Tests.Keys;

namespace QuicPair.Silo.Tests.Hosting;

public sealed class DaemonTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task Serves_the_front_door_and_keeps_its_id()
    {
        string first;
        await using (var daemon = await Start())
        {
            first = daemon.Mac.Keys.MacId;
            using var http = new HttpClient { BaseAddress = new Uri(daemon.App.Urls.First()) };
            Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/healthz", Cancellation)).StatusCode);
            Assert.True(File.Exists(_temporary.Of("control.sock")));

            var refusal = await Assert.ThrowsAsync<StartupException>(() => Start());
            Assert.Contains("already runs", refusal.Message, StringComparison.Ordinal);
        }

        await using var again = await Start();
        Assert.Equal(first, again.Mac.Keys.MacId);
    }

    [Fact]
    public async Task Says_in_one_sentence_that_the_port_is_taken_and_leaves_nothing_behind()
    {
        using var other = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;

        var refusal = await Assert.ThrowsAsync<StartupException>(() => Start($"http://127.0.0.1:{port}"));

        Assert.StartsWith("Another program has the front door's port", refusal.Message, StringComparison.Ordinal);
        _temporary.Open().Dispose();
    }

    [Fact]
    public async Task An_address_that_this_mac_does_not_have_is_said_in_one_sentence()
    {
        // RFC 5737: nobody's address.
        var refusal = await Assert.ThrowsAsync<StartupException>(() => Start(more: "--Cluster:Address=192.0.2.7"));

        Assert.Contains("Cluster:Address=auto", refusal.Message, StringComparison.Ordinal);
        _temporary.Open().Dispose();
    }

    [Fact]
    public async Task A_wrong_setting_is_named()
    {
        var refusal = await Assert.ThrowsAsync<StartupException>(() => Start(more: "--Runner:Kind=magic"));
        Assert.Contains("Runner", refusal.Message, StringComparison.Ordinal);

        refusal = await Assert.ThrowsAsync<StartupException>(
            () => Start(more: "--FrontDoor:PublicUrl=http://ai.example.org"));
        Assert.Contains("FrontDoor:PublicUrl", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_join_that_was_cut_short_by_a_kill_is_completed_or_undone_before_anything_is_read()
    {
        Directory.CreateDirectory(_temporary.Of("joining"));
        Directory.CreateDirectory(_temporary.Of("joined"));
        await File.WriteAllTextAsync(
            _temporary.Of("joined/settings.json"),
            """{"FrontDoor":{"PublicUrl":"https://ai.example.org"}}""",
            Cancellation);

        await using var daemon = await Start();

        Assert.Equal("https://ai.example.org", daemon.Mac.Household.PublicUrl);
        Assert.False(Directory.Exists(_temporary.Of("joining")));
        Assert.False(Directory.Exists(_temporary.Of("joined")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Its_owner_decides_whether_phones_of_other_macs_may_come(bool mayCome)
    {
        await using var daemon = await Start(more: $"--Pairing:FromOtherMacs={mayCome}");
        daemon.Mac.Keys.FoundHousehold();
        Assert.Equal(mayCome, daemon.Mac.Vouchers.Introduce().Accepts);
    }

    [Fact]
    public async Task Shows_a_link_and_a_token_only_where_a_person_looks()
    {
        await using var daemon = await Start();

        var log = Show(daemon, isTerminal: false);
        Assert.DoesNotContain("#1.", log, StringComparison.Ordinal);
        Assert.DoesNotContain("token=", log, StringComparison.Ordinal);
        Assert.Contains("the built-in text generator", log, StringComparison.Ordinal);

        var terminal = Show(daemon, isTerminal: true);
        var link = terminal.Split('\n').First(line => line.Contains("#1.", StringComparison.Ordinal));
        Assert.True(PairingLink.TryParse(link, out var parsed, out string _));
        Assert.NotNull(daemon.Mac.Keys.Find(KeySchedule.DeviceId(parsed.Secret)).Invitation);
        Assert.Contains("▀", terminal, StringComparison.Ordinal);
        Assert.Contains("token=", terminal, StringComparison.Ordinal);
        Assert.Contains("This works on this machine only.", terminal, StringComparison.Ordinal);
        Assert.Contains(link, Show(daemon, isTerminal: true), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_the_fleet_page_also_where_no_dashboard_is_served()
    {
        await using var daemon = await Start(more: "--FrontDoor:Dashboard=false");

        Assert.Matches(@"\nFleet: http://\S+/fleet\n", Show(daemon, isTerminal: false));
        var terminal = Show(daemon, isTerminal: true);
        Assert.Matches(@"\nFleet: http://\S+/fleet\?token=[0-9a-f]+\n", terminal);
        Assert.DoesNotContain("Dashboard", terminal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("This works on this machine only.", true, "http://127.0.0.1:8443")]
    [InlineData("This works on this machine only.", true, "http://localhost:8443")]
    [InlineData("This works in this network only.", true, "http://mac.local:8443", "http://localhost:8443")]
    [InlineData("This works in this network only.", true, "http://192.168.1.5:8443", "http://localhost:8443")]
    [InlineData(null, false, "https://ai.example.org", "http://localhost:8443")]
    public void Says_from_where_a_link_works(string? sentence, bool isNear, params string[] origins)
    {
        using var folder = _temporary.Open();
        using var keys = KeyStore.Open(folder, TimeProvider.System);
        var inviter = new Inviter(keys, () => new LinkPlaces(origins, isNear));
        var output = new StringWriter { NewLine = "\n" };

        Welcome.ShowInvitation(inviter.Invite(TimeSpan.FromMinutes(1), LinkFlags.None), output, colours: false);

        var said = output.ToString().Split('\n')
            .Where(line => line.StartsWith("This works", StringComparison.Ordinal));
        string[] expected = sentence is null ? [] : [sentence];
        Assert.Equal(expected, said);
    }

    private static string Show(Daemon daemon, bool isTerminal)
    {
        var output = new StringWriter { NewLine = "\n" };
        Welcome.Show(daemon, output, isTerminal, colours: false);
        return output.ToString();
    }

    private Task<Daemon> Start(string urls = "http://127.0.0.1:0", string more = "--Runner:Kind=built-in") =>
        Daemon.Start(
            ["--urls", urls, "--Runner:Kind=built-in", more],
            name => name == "QUICPAIR_HOME" ? _temporary.Path : null);
}
