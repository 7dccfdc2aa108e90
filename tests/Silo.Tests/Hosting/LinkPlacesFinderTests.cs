using System.Net;
using System.Net.NetworkInformation;
using QuicPair.Silo.Hosting;

namespace QuicPair.Silo.Tests.Hosting;

public sealed class LinkPlacesFinderTests
{
    [Fact]
    public void The_public_name_comes_first_and_works_everywhere()
    {
        var places = LinkPlacesFinder.Find(["http://0.0.0.0:8443"], "https://ai.example.org/", isLocalOnly: false);

        Assert.Equal(["https://ai.example.org", "http://localhost:8443"], places.Origins);
        Assert.False(places.ThisNetworkOnly);
    }

    [Theory]
    [InlineData("http://127.0.0.1:8443")]
    [InlineData("http://192.168.1.7:80")]
    [InlineData("https://studio.local:8443")]
    public void Where_it_listens_at_one_address_a_link_leads_there(string url)
    {
        var places = LinkPlacesFinder.Find([url], "", isLocalOnly: false);

        Assert.Equal([url], places.Origins);
        Assert.True(places.ThisNetworkOnly);
    }

    [Theory]
    [InlineData("http://0.0.0.0:8443")]
    [InlineData("http://[::]:8443")]
    [InlineData("http://*:8443")]
    [InlineData("http://+:8443")]
    public void Where_it_listens_everywhere_a_link_leads_to_a_private_address_of_this_machine(string url)
    {
        // In local mode no resolver is asked: what is found does not depend on the network of the tests.
        var places = LinkPlacesFinder.Find([url], "", isLocalOnly: true);

        Assert.True(places.ThisNetworkOnly);
        Assert.Equal("http://localhost:8443", places.Origins[^1]);
        Assert.InRange(places.Origins.Count, 1, 2);
        Assert.All(places.Origins.SkipLast(1), origin => Assert.Contains(IPAddress.Parse(new Uri(origin).Host), Own()));
    }

    [Fact]
    public void A_name_of_the_local_network_is_used_only_when_it_is_this_machines()
    {
        var places = LinkPlacesFinder.Find(["http://[::]:8443"], "", isLocalOnly: false);

        var names = places.Origins.Select(origin => new Uri(origin).Host);
        var name = Environment.MachineName.Split('.')[0].ToLowerInvariant() + ".local";
        Assert.All(names, host => Assert.True(
            host == "localhost" || host == name || Own().Contains(IPAddress.Parse(host)), host));
    }

    [Fact]
    public void Of_several_addresses_one_without_tls_is_taken()
    {
        var places = LinkPlacesFinder.Find(
            ["https://127.0.0.1:9443", "http://127.0.0.1:8443"], "", isLocalOnly: false);

        Assert.Equal(["http://127.0.0.1:8443"], places.Origins);
    }

    [Theory]
    [InlineData("ai.example.org")]
    [InlineData("ftp://ai.example.org")]
    [InlineData("https://ai.example.org/phone")]
    [InlineData("http://ai.example.org")]
    public void A_public_url_that_no_link_can_name_is_told_in_a_sentence(string publicUrl)
    {
        var refusal = Assert.Throws<StartupException>(
            () => LinkPlacesFinder.Find(["http://0.0.0.0:8443"], publicUrl, isLocalOnly: false));

        Assert.Contains("FrontDoor:PublicUrl", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(refusal.Message, LinkPlacesFinder.Problem(publicUrl, isLocalOnly: false));
    }

    [Theory]
    [InlineData("", true, true)]
    [InlineData("https://ai.example.org", false, true)]
    [InlineData("https://ai.example.org", true, false)]
    [InlineData("https://192.168.1.7:8443", true, true)]
    [InlineData("http://[fd7a:115c:a1e0::7]:8443", true, true)]
    [InlineData("https://100.64.0.7:8443", true, false)]
    public void In_local_mode_a_public_url_is_a_private_address(string publicUrl, bool isLocalOnly, bool isGood) =>
        Assert.Equal(isGood, LinkPlacesFinder.Problem(publicUrl, isLocalOnly) is null);

    private static IEnumerable<IPAddress> Own() => NetworkInterface.GetAllNetworkInterfaces()
        .SelectMany(card => card.GetIPProperties().UnicastAddresses)
        .Select(address => address.Address);
}
