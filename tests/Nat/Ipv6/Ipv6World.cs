using QuicPair.Nat.Lab;
using QuicPair.Nat.Routers;
using Xunit;

namespace QuicPair.Nat.Ipv6;

/// <summary>
/// A phone, a Mac and a TURN server, each in a network of its own, and a router that forwards between them and
/// translates nothing. They have IPv6 alone; IPv4 is there on loopback, as everywhere.
/// </summary>
internal sealed class Ipv6World : IDisposable
{
    /// <summary>A private address of the Mac, for links that are no https.</summary>
    public const string MacsOwn = "fd00:2::2";

    public const string TurnAddress = "2001:db8:3::2";

    private const string Rules = """
        table ip6 lab {
          counter direct { }
          counter relay { }
          set closed { type ipv6_addr; flags interval; }
          chain pass {
            type filter hook forward priority filter;
            ip6 saddr 2001:db8:3::/64 counter name relay accept
            ip6 daddr 2001:db8:3::/64 counter name relay accept
            ip6 daddr @closed meta l4proto udp drop
            meta l4proto udp counter name direct
          }
        }
        """;

    private readonly Stack<IDisposable> _owned = new();
    private readonly DirectoryInfo _folder;
    private readonly Namespace _router;

    public Ipv6World()
    {
        Lane.Require();
        if (!File.Exists("/proc/net/if_inet6")) Assert.Skip("This system has no IPv6.");
        _folder = Directory.CreateTempSubdirectory("qplab");
        try
        {
            _router = Own(Namespace.Create("router", hasIpv6: true));
            _router.Configure("net/ipv6/conf/all/forwarding", "1");
            _router.Nft(Rules);
            (Phone, Mac) = (Host("phone", 1), Host("mac", 2));
            _router.Ip("address add fd00:2::1/64 dev lan2 nodad");
            Mac.Ip($"address add {MacsOwn}/64 dev eth0 nodad");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public Namespace Phone { get; }

    public Namespace Mac { get; }

    /// <summary>Where its files are.</summary>
    public string Folder => _folder.FullName;

    /// <summary>Bytes by UDP between the phone and the Mac, headers included.</summary>
    public long Direct => _router.CounterBytes("direct", "ip6");

    /// <summary>Bytes from and to the TURN server.</summary>
    public long Relayed => _router.CounterBytes("relay", "ip6");

    /// <summary>What a peer has to trust to use TURN over TLS.</summary>
    public string Authority => LabCertificates.At(Folder).Authority;

    /// <summary>
    /// Starts the TURN server: it listens on IPv6 and relays from IPv4, as coturn does for whoever does not name a
    /// family.
    /// </summary>
    public void StartTurn()
    {
        var place = Host("turn", 3, owned: false);
        place.Ip($"address add {TurnServer.Address}/32 dev lo");
        Own(TurnServer.Start(place, Folder, [TurnAddress]));
    }

    /// <summary>From here on no UDP goes from the phone to the Mac, or back, without the TURN server.</summary>
    public void CloseDirectPath() =>
        _router.Nft("add element ip6 lab closed { 2001:db8:1::/64, 2001:db8:2::/64, fd00:2::/64 }\n");

    public void Dispose()
    {
        while (_owned.TryPop(out var owned)) owned.Dispose();
        _folder.Delete(recursive: true);
    }

    private Namespace Host(string role, int number, bool owned = true)
    {
        var host = Namespace.Create(role, hasIpv6: true);
        if (owned) Own(host);
        var own = $"lan{number}";
        Shell.Ip($"link add name eth0 netns {host.Name} type veth peer name {own} netns {_router.Name}");
        _router.Ip($"link set {own} up\naddress add 2001:db8:{number}::1/64 dev {own} nodad");
        host.Ip($"link set eth0 up\naddress add 2001:db8:{number}::2/64 dev eth0 nodad");
        host.Ip($"route add ::/0 via 2001:db8:{number}::1");
        return host;
    }

    private T Own<T>(T owned)
        where T : IDisposable
    {
        _owned.Push(owned);
        return owned;
    }
}
