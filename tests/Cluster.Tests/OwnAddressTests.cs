using System.Net;
using System.Net.Sockets;
using Xunit;

namespace QuicPair.Cluster.Tests;

public sealed class OwnAddressTests
{
    [Fact]
    public void What_a_person_chose_is_meant()
    {
        var chosen = IPAddress.Parse("192.0.2.7");
        Assert.Equal((chosen, chosen), OwnAddress.Find("192.0.2.7"));
    }

    [Fact]
    public void What_nobody_chose_is_an_address_of_this_machine_and_does_not_bind_the_silo_to_it()
    {
        var (advertised, listening) = OwnAddress.Find(OwnAddress.Automatic);
        using var probe = new Socket(advertised.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(advertised, 0));
        Assert.Equal(IPAddress.IsLoopback(advertised) ? advertised : IPAddress.Any, listening);
    }

    [Fact]
    public void An_address_is_here_as_long_as_the_machine_has_it()
    {
        Assert.True(OwnAddress.IsHere(OwnAddress.Find(OwnAddress.Automatic).Advertised));

        // RFC 5737: nobody's.
        Assert.False(OwnAddress.IsHere(IPAddress.Parse("192.0.2.7")));
    }

    [Fact]
    public void What_a_machine_cannot_tell_of_an_address_does_not_make_it_gone()
    {
        // Linux asks for the interface of such an address before it looks for it (EINVAL).
        if (OperatingSystem.IsLinux()) Assert.True(OwnAddress.IsHere(IPAddress.Parse("fe80::7")));
    }

    [Fact]
    public void A_way_that_does_not_leave_this_machine_is_listened_at_here_only() => Assert.Equal(
        (IPAddress.Loopback, IPAddress.Loopback), OwnAddress.Find(OwnAddress.Toward(IPAddress.Loopback)));
}
