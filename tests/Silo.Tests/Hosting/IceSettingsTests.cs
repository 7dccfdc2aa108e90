using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using QuicPair.Rtc.Sockets;
using QuicPair.Silo.Hosting;

namespace QuicPair.Silo.Tests.Hosting;

public sealed class IceSettingsTests
{
    [Fact]
    public void The_variables_of_the_published_system_are_read()
    {
        var servers = Read(
            ("TURN_URLS", "turn:turn.example, turns:turn.example:443?transport=tcp"),
            ("TURN_USER", "user"),
            ("TURN_PASS", "word"));

        Assert.Equal(["turn:turn.example:3478", "turns:turn.example:443"], servers.Select(server => $"{server}"));
        Assert.All(servers, server => Assert.Equal(("user", "word"), (server.Username, server.Password)));
        Assert.Equal([IceTransport.Udp, IceTransport.Tls], servers.Select(server => server.Transport));
    }

    [Fact]
    public void A_shared_secret_takes_the_place_of_a_user()
    {
        var server = Assert.Single(Read(("TURN_URLS", "turn:turn.example"), ("TURN_SECRET", "north")));

        Assert.Equal(("north", "", ""), (server.Secret, server.Username, server.Password));
    }

    [Fact]
    public void A_list_may_be_one_text_or_entries()
    {
        Assert.Equal(2, Read(("Ice:StunUrls", "stun:a.example,stun:b.example")).Count);
        Assert.Equal(
            ["stun:c.example:3478"],
            Read(("Ice:StunUrls", "stun:a.example"), ("Ice:StunUrls:0", "stun:c.example")).Select(each => $"{each}"));
        Assert.Empty(Read(("Ice:StunUrls", "")));
    }

    [Theory]
    [InlineData("TURN_URLS", "turn:turn.example", "TURN_SECRET")]
    [InlineData("Ice:StunUrls", "http://stun.example", "http://stun.example")]
    public void A_wrong_setting_stops_the_start_with_its_name(string key, string value, string named)
    {
        var problem = Assert.Throws<ValidationException>(() => Read((key, value)));
        Assert.Contains(named, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Googles_three_servers_are_the_default()
    {
        using var stream = typeof(MacSettings).Assembly.GetManifestResourceStream("QuicPair.Silo.Defaults.silo.json");
        var configuration = new ConfigurationBuilder().AddJsonStream(stream!).Build();

        Assert.Equal(
            ["stun:stun.l.google.com:19302", "stun:stun1.l.google.com:19302", "stun:stun2.l.google.com:19302"],
            MacSettings.Read(configuration).IceServers.Select(server => $"{server}"));
    }

    private static IReadOnlyList<IceServer> Read(params (string Key, string Value)[] settings) => MacSettings.Read(
        new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(
            setting => setting.Key, setting => (string?)setting.Value)).Build()).IceServers;
}
