using System.Net;
using Microsoft.Extensions.Configuration;
using QuicPair.Protocol;
using QuicPair.SignalingApi;
using QuicPair.Silo.Control;
using QuicPair.Silo.Hosting;
using QuicPair.Silo.Keys;
using QuicPair.Silo.Pairing;
using QuicPair.Silo.Tests.Keys;

namespace QuicPair.Silo.Tests.Hosting;

/// <summary>Links name the network in which they are made, not the one in which the Mac started.</summary>
public sealed class FreshLinksTests : IAsyncDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private readonly DataFolder _folder;
    private readonly MacParts _mac;

    public FreshLinksTests()
    {
        _folder = _temporary.Open();

        // In local mode no resolver is asked: what is found does not depend on the network of the tests.
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Network:LocalOnly"] = "true",
                ["Runner:Kind"] = "built-in",
            })
            .Build();
        _mac = MacParts.Make(configuration, _folder, _ => null);
        _mac.Addresses = () => [];
        _mac.UseFrontDoor(["http://0.0.0.0:8443"], new FrontDoorOptions());
    }

    public async ValueTask DisposeAsync()
    {
        await _mac.DisposeAsync();
        _folder.Dispose();
        _temporary.Dispose();
    }

    [Fact]
    public async Task An_invitation_after_the_network_came_or_changed_names_the_address_of_then()
    {
        var early = await Pair();
        Assert.True(early.ThisMachineOnly);
        Assert.StartsWith("http://localhost:8443/p#", Assert.Single(early.Links!), StringComparison.Ordinal);

        foreach (var address in new[] { "192.168.1.7", "10.0.0.7" })
        {
            _mac.Addresses = () => [IPAddress.Parse(address)];
            var reply = await Pair();
            Assert.False(reply.ThisMachineOnly);
            Assert.StartsWith($"http://{address}:8443/p#", reply.Links![0], StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_invitation_that_is_still_open_is_shown_with_the_address_of_now()
    {
        var early = _mac.Inviter.Invite(Inviter.DefaultLifetime, LinkFlags.None);
        _mac.Addresses = () => [IPAddress.Parse("192.168.1.7")];

        var shown = _mac.Inviter.InviteOrContinue(TimeSpan.FromSeconds(1), TimeProvider.System);

        Assert.Equal(early.Device, shown.Device);
        Assert.StartsWith("http://192.168.1.7:8443/p#", shown.Links[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.255.0.7", true)]
    [InlineData("172.31.0.7", true)]
    [InlineData("169.254.0.7", true)]
    [InlineData("172.32.0.7", false)]
    [InlineData("203.0.113.7", false)]
    [InlineData("127.0.0.7", false)]
    [InlineData("fe80::7", false)]
    public async Task A_link_names_an_IPv4_address_of_the_local_network_or_none(string address, bool isNamed)
    {
        _mac.Addresses = () => [IPAddress.Parse(address)];

        var reply = await Pair();

        Assert.Equal(isNamed ? $"http://{address}:8443" : "http://localhost:8443", reply.Links![0].Split("/p#")[0]);
    }

    private Task<ControlReply> Pair() => _mac.Desk.Answer(new ControlRequest { Op = "pair" });
}
