using System.Net;
using System.Net.Sockets;
using QuicPair.Cluster;
using QuicPair.Silo.Household;

namespace QuicPair.Silo.Tests.Household;

public sealed class SiloPlaceTests
{
    // RFC 5737 and RFC 2606: no machine has that address, and none that name.
    [Theory]
    [InlineData("192.0.2.7")]
    [InlineData("no-such-mac.invalid")]
    public void The_port_of_the_silo_of_now_is_its_own_and_excuses_no_address(string address)
    {
        using var silo = new TcpListener(IPAddress.Loopback, 0);
        silo.Start();
        var port = ((IPEndPoint)silo.LocalEndpoint).Port;
        var running = new HouseholdOptions { Port = port };

        SiloPlace.CheckFree("127.0.0.1", port, running);
        var refusal = Assert.Throws<JoinException>(() => SiloPlace.CheckFree(address, port, running));

        Assert.Equal("bad_request", refusal.Code);
        Assert.Equal(
            $"The silo cannot listen at {address}:{port}; choose with --address and --port what is free here.",
            refusal.Message);
        Assert.Throws<JoinException>(() => SiloPlace.CheckFree("127.0.0.1", port, new HouseholdOptions()));
    }
}
