using System.Net;
using System.Net.Sockets;
using QuicPair.Nat.Lab;
using Xunit;

namespace QuicPair.Nat.Routers;

/// <summary>
/// Each router is what the matrix calls it: RFC 4787's mapping and filtering, measured with bare sockets.
/// </summary>
public sealed class BehaviourTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<NatKind, bool, bool, bool> Kinds => new()
    {
        // kind, same port for every destination, lets another port of a known address in, lets strangers in
        { NatKind.Open, true, true, true },
        { NatKind.FullCone, true, true, true },
        { NatKind.AddressRestricted, true, true, false },
        { NatKind.PortRestricted, true, false, false },
        { NatKind.Symmetric, false, false, false },
        { NatKind.DoubleNat, true, false, false },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_router_maps_and_filters_as_its_name_says(
        NatKind kind, bool oneMapping, bool otherPort, bool strangers)
    {
        Lane.Require();
        using var internet = new Internet();
        using var far = Namespace.Create("far");
        internet.Connect(far, "203.0.113.1", "203.0.113.2");
        using var site = Site.Create(internet, kind, 11);
        using var inside = site.Host.Run(() => Bind("0.0.0.0"));
        using var first = far.Run(() => Bind("203.0.113.1"));
        using var second = far.Run(() => Bind("203.0.113.1"));
        using var stranger = far.Run(() => Bind("203.0.113.2"));
        using var known = far.Run(() => Bind("203.0.113.2"));

        var mapped = await SeenBy(first, inside);
        Assert.Equal(otherPort, await Arrives(second, mapped, first, inside));
        Assert.Equal(strangers, await Arrives(stranger, mapped, first, inside));
        Assert.Equal(oneMapping, mapped.Equals(await SeenBy(known, inside)));
    }

    [Fact]
    public async Task A_router_without_udp_passes_only_what_the_turn_server_is_for()
    {
        Lane.Require();
        using var internet = new Internet();
        using var far = Namespace.Create("far");
        internet.Connect(far, TurnServer.Address, "203.0.113.2");
        using var site = Site.Create(internet, NatKind.UdpBlocked, 11);
        using var inside = site.Host.Run(() => Bind("0.0.0.0"));
        using var turn = far.Run(() => Bind(TurnServer.Address, TurnServer.Port));
        using var other = far.Run(() => Bind(TurnServer.Address));

        await inside.SendToAsync("no"u8.ToArray(), other.LocalEndPoint!, Cancellation);
        await SeenBy(turn, inside);
        Assert.Equal(0, other.Available);
        Assert.Equal(1, site.Router!.Place.Counter("refused"));
    }

    [Fact]
    public async Task A_router_that_knows_only_tls_passes_tcp_443_of_the_turn_server()
    {
        Lane.Require();
        using var internet = new Internet();
        using var far = Namespace.Create("far");
        internet.Connect(far, TurnServer.Address);
        using var site = Site.Create(internet, NatKind.OnlyTls, 11);
        using var turn = far.Run(() => Bind(TurnServer.Address, TurnServer.Port));
        using var inside = site.Host.Run(() => Bind("0.0.0.0"));
        using var listener = far.Run(() =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Parse(TurnServer.Address), TurnServer.TlsPort));
            socket.Listen();
            return socket;
        });
        using var client = site.Host.Run(() =>
            new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));

        await inside.SendToAsync("no"u8.ToArray(), turn.LocalEndPoint!, Cancellation);
        await client.ConnectAsync(listener.LocalEndPoint!, Cancellation);
        using var accepted = await listener.AcceptAsync(Cancellation);
        Assert.Equal(0, turn.Available);
        Assert.True(site.Router!.Place.Counter("refused") > 0);
    }

    [Fact]
    public async Task A_router_with_hairpin_leads_two_of_its_machines_to_each_other()
    {
        Lane.Require();
        using var internet = new Internet();
        using var far = Namespace.Create("far");
        internet.Connect(far, "203.0.113.1");
        using var router = Router.OnInternet(internet, "198.51.100.11", NatKind.FullCone, hairpin: true);
        using var one = Site.Behind(router, 1);
        using var two = Site.Behind(router, 2);
        using var reflector = far.Run(() => Bind("203.0.113.1"));
        using var first = one.Host.Run(() => Bind("0.0.0.0"));
        using var second = two.Host.Run(() => Bind("0.0.0.0"));

        var firstMapped = await SeenBy(reflector, first);
        var secondMapped = await SeenBy(reflector, second);
        await first.SendToAsync("hello"u8.ToArray(), secondMapped, Cancellation);
        Assert.Equal(firstMapped, await Receive(second));
        await second.SendToAsync("hello"u8.ToArray(), firstMapped, Cancellation);
        Assert.Equal(secondMapped, await Receive(first));
    }

    private static Socket Bind(string address, int port = 0)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(address), port));
        return socket;
    }

    private static async Task<EndPoint> SeenBy(Socket outside, Socket inside)
    {
        await inside.SendToAsync("who"u8.ToArray(), outside.LocalEndPoint!, Cancellation);
        return await Receive(outside);
    }

    /// <summary>
    /// Packets keep their order: when a later one from where the inside has sent to arrives alone, the first was
    /// dropped.
    /// </summary>
    private static async Task<bool> Arrives(Socket from, EndPoint mapped, Socket welcome, Socket inside)
    {
        await from.SendToAsync("?"u8.ToArray(), mapped, Cancellation);
        await welcome.SendToAsync("!"u8.ToArray(), mapped, Cancellation);
        var came = await Receive(inside);
        if (came.Equals(welcome.LocalEndPoint)) return false;
        Assert.Equal(from.LocalEndPoint, came);
        Assert.Equal(welcome.LocalEndPoint, await Receive(inside));
        return true;
    }

    private static async Task<EndPoint> Receive(Socket socket)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        var any = new IPEndPoint(IPAddress.Any, 0);
        return (await socket.ReceiveFromAsync(new byte[100], any, patience.Token)).RemoteEndPoint;
    }
}
