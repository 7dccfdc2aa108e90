using System.Net;
using System.Net.Sockets;
using QuicPair.Cluster.Door;
using Xunit;

namespace QuicPair.Cluster.Tests.Door;

/// <summary>The front door's port for Macs on a machine with both families, or with IPv4 alone.</summary>
public sealed class DoorSocketTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task A_door_at_every_address_is_reached_over_either_family(string address)
    {
        Require(IPAddress.Parse(address));
        using var door = DoorSocket.Listen(new IPEndPoint(IPAddress.IPv6Any, 0));
        var at = new DnsEndPoint(address, PortOf(door));

        await using var dialled = await DoorSocket.Dial(at, TimeProvider.System, Cancellation);

        using var accepted = await door.AcceptSocketAsync(Cancellation);
        Assert.Equal(
            ((IPEndPoint)dialled.Socket.LocalEndPoint!).Port, ((IPEndPoint)accepted.RemoteEndPoint!).Port);
    }

    [Theory]
    [InlineData("0.0.0.0", "127.0.0.1")]
    [InlineData("::ffff:127.0.0.1", "127.0.0.1")]
    [InlineData("::ffff:0.0.0.0", "127.0.0.1")]
    [InlineData("::", "::1")]
    public async Task An_address_that_is_written_otherwise_is_dialled_as_what_it_means(string written, string meant)
    {
        Require(IPAddress.Parse(meant));
        using var door = DoorSocket.Listen(new IPEndPoint(IPAddress.Parse(meant), 0));
        var at = new DnsEndPoint(written, PortOf(door));

        await using var dialled = await DoorSocket.Dial(at, TimeProvider.System, Cancellation);

        Assert.Equal(door.LocalEndpoint, dialled.Socket.RemoteEndPoint);
    }

    [Fact]
    public async Task A_name_of_which_an_address_swallows_the_dial_is_reached_at_the_next_one()
    {
        // RFC 5737: nobody's address.
        IPAddress[] addresses = [IPAddress.Parse("192.0.2.1"), IPAddress.Loopback];
        using var door = DoorSocket.Listen(new IPEndPoint(IPAddress.Loopback, 0));

        await using var dialled = await DoorSocket.Dial(addresses, PortOf(door), TimeProvider.System, Cancellation);

        Assert.Equal(door.LocalEndpoint, dialled.Socket.RemoteEndPoint);
    }

    private static int PortOf(TcpListener door) => ((IPEndPoint)door.LocalEndpoint).Port;

    private static void Require(IPAddress address)
    {
        try
        {
            using var probe = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            probe.Bind(new IPEndPoint(address, 0));
        }
        catch (SocketException cause) when (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            Assert.Skip($"IPv6 is switched off on this machine: {address} cannot be bound ({cause.SocketErrorCode}).");
        }
    }
}
