using QuicPair.Nat.Ipv6;
using QuicPair.Nat.Lab;
using QuicPair.Nat.Routers;
using Xunit;

namespace QuicPair.Nat.Doctor;

/// <summary>
/// Each check of <c>doctor --network</c> finds the fault that was planted for it, and nothing where all is well.
/// </summary>
public sealed class DoctorTests
{
    private const string Stun = $"stun:{TurnServer.FirstStun}:3478,stun:{TurnServer.SecondStun}:3478";
    private const string Udp = $"turn:{TurnServer.Address}:3478";
    private const string Tcp = $"turn:{TurnServer.Address}:3478?transport=tcp";
    private const string Tls = $"turns:{TurnServer.Address}:443?transport=tcp";

    private static readonly TimeSpan OneWay = TimeSpan.FromMilliseconds(20);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_good_network_has_no_complaint()
    {
        using var world = new World();
        var site = world.Site(NatKind.FullCone, 11);
        var run = await DoctorRun.InText(site.Host, Settings(world, $"{Udp},{Tcp},{Tls}"), Cancellation);
        Assert.True(run.ExitCode == 0, run.Output);
        Assert.StartsWith("OK    udp", run.Line("udp"), StringComparison.Ordinal);
        Assert.Contains("198.51.100.11", run.Line("mapping"), StringComparison.Ordinal);
        Assert.StartsWith("OK    mapping", run.Line("mapping"), StringComparison.Ordinal);
        Assert.StartsWith("OK    turn UDP", run.Line("turn UDP"), StringComparison.Ordinal);
        Assert.StartsWith("OK    turn TCP", run.Line("turn TCP"), StringComparison.Ordinal);
        Assert.StartsWith("OK    turn TLS", run.Line("turn TLS"), StringComparison.Ordinal);
        Assert.Contains("ms away", run.Line("turn TLS"), StringComparison.Ordinal);
        Assert.EndsWith(
            "Path to expect: direct to most networks; strict ones take a TURN server.", run.Output.TrimEnd(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_public_address_is_direct_and_needs_no_hairpin()
    {
        using var world = new World();
        var site = world.Site(NatKind.Open, 11);
        var run = await DoctorRun.InText(site.Host, Settings(world, Udp), Cancellation);
        Assert.True(run.ExitCode == 0, run.Output);
        Assert.StartsWith("OK    mapping", run.Line("mapping"), StringComparison.Ordinal);
        Assert.StartsWith("OK    hairpin", run.Line("hairpin"), StringComparison.Ordinal);
        Assert.Contains("No NAT", run.Line("hairpin"), StringComparison.Ordinal);
        Assert.EndsWith("Path to expect: direct.", run.Output.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_way_to_a_server_is_measured_by_udp_tcp_and_tls()
    {
        using var world = new World(OneWay);
        var site = world.Site(NatKind.PortRestricted, 11);
        var run = await DoctorRun.InJson(site.Host, Settings(world, $"{Udp},{Tcp},{Tls}"), Cancellation);
        var checks = run.Json.GetProperty("checks").EnumerateArray().ToList();
        foreach (var name in (string[])["udp", "turn UDP", "turn TCP", "turn TLS"])
        {
            var check = Assert.Single(checks, each => each.GetProperty("check").GetString() == name);
            var time = check.GetProperty("roundTripMs").GetDouble();
            Assert.InRange(time, 2 * OneWay.TotalMilliseconds, double.MaxValue);
        }
    }

    [Fact]
    public async Task Blocked_udp_is_a_failure_and_the_relay_is_expected()
    {
        using var world = new World();
        var site = world.Site(NatKind.OnlyTls, 11);
        var run = await DoctorRun.InText(site.Host, Settings(world, Tls), Cancellation);
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("FAIL  udp", run.Line("udp"), StringComparison.Ordinal);
        Assert.Contains("TURN_URLS", run.Line("udp"), StringComparison.Ordinal);
        Assert.StartsWith("-     mapping", run.Line("mapping"), StringComparison.Ordinal);
        Assert.EndsWith("Path to expect: through the TURN server.", run.Output.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_symmetric_router_is_found_by_its_varying_port()
    {
        using var world = new World();
        var site = world.Site(NatKind.Symmetric, 11);
        var run = await DoctorRun.InText(site.Host, Settings(world, Udp), Cancellation);
        Assert.StartsWith("WARN  mapping", run.Line("mapping"), StringComparison.Ordinal);
        Assert.Contains("TURN server", run.Line("mapping"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_router_without_hairpin_is_found()
    {
        using var world = new World();
        var site = world.Site(NatKind.PortRestricted, 11);
        var run = await DoctorRun.InText(site.Host, Settings(world, Udp), Cancellation);
        Assert.StartsWith("WARN  hairpin", run.Line("hairpin"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_router_with_hairpin_leads_back_in()
    {
        using var world = new World();
        var router = world.Add(
            Router.OnInternet(world.Internet, "198.51.100.11", NatKind.FullCone, hairpin: true));
        var site = world.Add(Site.Behind(router, 1));
        var run = await DoctorRun.InText(site.Host, Settings(world, Udp), Cancellation);
        Assert.Contains("198.51.100.11", run.Line("mapping"), StringComparison.Ordinal);
        Assert.StartsWith("OK    hairpin", run.Line("hairpin"), StringComparison.Ordinal);
        Assert.Contains("back in", run.Line("hairpin"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_there_is_ipv6_alone_it_leads_out()
    {
        using var world = new Ipv6World();
        world.StartTurn();
        var settings = new Dictionary<string, string>
        {
            ["Ice__StunUrls"] = $"stun:[{Ipv6World.TurnAddress}]:3478",
        };
        var run = await DoctorRun.InText(world.Phone, settings, Cancellation);
        Assert.True(run.ExitCode == 0, run.Output);
        Assert.StartsWith("OK    ipv6", run.Line("ipv6"), StringComparison.Ordinal);
        Assert.Contains("2001:db8:1::2", run.Line("ipv6"), StringComparison.Ordinal);
        Assert.StartsWith("OK    udp", run.Line("udp"), StringComparison.Ordinal);
        Assert.StartsWith("OK    hairpin", run.Line("hairpin"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_without_ipv6_is_found()
    {
        using var world = new World();
        var site = world.Site(NatKind.PortRestricted, 11);
        var run = await DoctorRun.InText(site.Host, Settings(world, Udp), Cancellation);
        Assert.StartsWith("WARN  ipv6", run.Line("ipv6"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_relay_with_another_password_refuses()
    {
        using var world = new World();
        var site = world.Site(NatKind.PortRestricted, 11);
        var settings = Settings(world, Udp);
        settings["TURN_PASS"] = "wrong";
        var run = await DoctorRun.InText(site.Host, settings, Cancellation);
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("FAIL  turn UDP", run.Line("turn UDP"), StringComparison.Ordinal);
        Assert.Contains("refuses to relay (code 401)", run.Line("turn UDP"), StringComparison.Ordinal);
        Assert.Contains("TURN_PASS", run.Line("turn UDP"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("turn:203.0.113.10:3999", "turn UDP")]
    [InlineData("turn:203.0.113.10:3999?transport=tcp", "turn TCP")]
    [InlineData("turns:203.0.113.10:3999?transport=tcp", "turn TLS")]
    public async Task A_relay_that_is_not_there_cannot_be_reached(string url, string check)
    {
        using var world = new World();
        var site = world.Site(NatKind.PortRestricted, 11);
        var run = await DoctorRun.InText(site.Host, Settings(world, url), Cancellation);
        Assert.StartsWith($"FAIL  {check}", run.Line(check), StringComparison.Ordinal);
        Assert.Contains("cannot be reached", run.Line(check), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_of_a_stranger_is_not_trusted()
    {
        using var world = new World();
        var site = world.Site(NatKind.PortRestricted, 11);
        var settings = Settings(world, Tls);
        settings.Remove("SSL_CERT_FILE");
        var run = await DoctorRun.InText(site.Host, settings, Cancellation);
        Assert.StartsWith("FAIL  turn TLS", run.Line("turn TLS"), StringComparison.Ordinal);
        Assert.Contains("SSL_CERT_FILE", run.Line("turn TLS"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_that_nobody_resolves_is_a_failure()
    {
        using var world = new World();
        var site = world.Site(NatKind.PortRestricted, 11);
        var settings = Settings(world, Udp);
        settings["Ice__StunUrls"] = "stun:stun.lab.invalid:3478";
        var run = await DoctorRun.InText(site.Host, settings, Cancellation);
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("FAIL  dns", run.Line("dns"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Packets_that_leave_through_a_vpn_are_noticed()
    {
        using var world = new World();
        var site = world.Site(NatKind.PortRestricted, 11);
        site.Host.Ip("link set eth0 down\nlink set eth0 name wg0\nlink set wg0 up\n"
            + "route replace default via 192.168.11.1");
        var run = await DoctorRun.InText(site.Host, Settings(world, Udp), Cancellation);
        Assert.StartsWith("WARN  route", run.Line("route"), StringComparison.Ordinal);
        Assert.Contains("wg0", run.Line("route"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_machine_without_a_network_hears_so()
    {
        using var world = new World();
        using var place = Namespace.Create("alone");
        var run = await DoctorRun.InText(place, Settings(world, Udp), Cancellation);
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("FAIL  addresses", run.Line("addresses"), StringComparison.Ordinal);
        Assert.StartsWith("FAIL  route", run.Line("route"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_not_measured_is_null_for_programs_and_never_zero()
    {
        using var world = new World();
        var site = world.Site(NatKind.OnlyTls, 11);
        var run = await DoctorRun.InJson(site.Host, Settings(world, Udp), Cancellation);
        Assert.Equal("LocalOnly", run.Json.GetProperty("path").GetString());
        foreach (var check in run.Json.GetProperty("checks").EnumerateArray())
        {
            Assert.Equal(System.Text.Json.JsonValueKind.Null, check.GetProperty("roundTripMs").ValueKind);
        }
    }

    private static Dictionary<string, string> Settings(World world, string turn) => new()
    {
        ["Ice__StunUrls"] = Stun,
        ["TURN_URLS"] = turn,
        ["TURN_USER"] = TurnServer.User,
        ["TURN_PASS"] = TurnServer.Password,
        ["SSL_CERT_FILE"] = world.Authority,
    };
}
