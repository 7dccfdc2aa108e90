using QuicPair.EndToEnd;
using QuicPair.EndToEnd.Readme;
using QuicPair.Nat.Lab;
using QuicPair.Nat.Routers;
using Xunit;

namespace QuicPair.Nat.Local;

/// <summary>
/// The README's first command on a machine in a home network, where it has its port for itself: the links as they are
/// printed, opened by a browser of another machine of that network and by one of the same machine.
/// </summary>
public sealed class PrintedLinkTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Each_link_pairs_a_browser_where_it_is_to_be_opened_and_is_answered(int number)
    {
        Terminal.Require();
        Chromium.Require();
        using var world = new World();
        var router = world.Add(Router.OnInternet(world.Internet, "198.51.100.11", NatKind.PortRestricted));
        var phone = world.Add(Site.Behind(router, 1));
        var mac = world.Add(Site.BesideHost(phone, "192.168.1.3"));
        var place = number == 0 ? phone : mac;

        // Before the silo: its code is good for two minutes.
        await using var browser = await Chromium.Start(390, 844, place.Host.Name);
        await using var silo = await SiloAtTerminal.Start(new Dictionary<string, string?>(), mac.Host.Name);
        Assert.Equal(
            ["http://192.168.1.3:8443", "http://localhost:8443"],
            silo.Links.Select(link => new Uri(link).GetLeftPart(UriPartial.Authority)));

        await PrintedLink.AssertIsAnswered(browser, silo.Links[number]);
        Assert.Equal(0, await silo.End());
    }
}
