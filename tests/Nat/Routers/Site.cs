using QuicPair.Nat.Lab;

namespace QuicPair.Nat.Routers;

/// <summary>A machine with what stands between it and the internet.</summary>
internal sealed class Site : IDisposable
{
    private readonly Stack<IDisposable> _owned = new();

    private Site(Namespace host) => Host = host;

    /// <summary>Where the machine's programs run.</summary>
    public Namespace Host { get; }

    /// <summary>The router nearest to the machine; null when there is none.</summary>
    public Router? Router { get; private set; }

    /// <summary>A site of its own at the given place (1…99) in the internet.</summary>
    public static Site Create(Internet internet, NatKind kind, int place)
    {
        var site = new Site(Namespace.Create("host"));
        site._owned.Push(site.Host);
        try
        {
            site.Build(internet, kind, place);
            return site;
        }
        catch
        {
            site.Dispose();
            throw;
        }
    }

    /// <summary>A machine behind a router that others share; its network (1…5) is separate from theirs.</summary>
    public static Site Behind(Router router, int place)
    {
        var site = new Site(Namespace.Create("host")) { Router = router };
        site._owned.Push(site.Host);
        router.AddHost(site.Host, "eth0", $"192.168.{place}");

        // The maps of the router know a machine by its port: two machines must not choose the same.
        site.Host.Configure("net/ipv4/ip_local_port_range", $"{30_000 + (place * 5_000)} {34_999 + (place * 5_000)}");
        return site;
    }

    /// <summary>A second machine in the network of another one: a switch between them.</summary>
    public static Site BesideHost(Site other, string address)
    {
        var site = new Site(Namespace.Create("host")) { Router = other.Router };
        site._owned.Push(site.Host);
        var router = other.Router!.Place;
        Shell.Ip($"link add name eth0 netns {site.Host.Name} type veth peer name lan9 netns {router.Name}");
        router.Ip("link add name switch type bridge\nlink set lan9 master switch up\nlink set switch up");
        router.Ip($"address flush dev lan0\naddress add {Gateway(address)}/24 dev switch\nlink set lan0 master switch");
        const string filter = "net/bridge/bridge-nf-call-iptables";
        if (File.Exists("/proc/sys/" + filter)) router.Configure(filter, "0");
        site.Host.Ip($"address add {address}/24 dev eth0\nlink set eth0 up");
        site.Host.Ip($"route replace default via {Gateway(address)}");
        return site;
    }

    public void Dispose()
    {
        while (_owned.TryPop(out var owned)) owned.Dispose();
    }

    private void Build(Internet internet, NatKind kind, int place)
    {
        var outside = $"198.51.100.{place}";
        if (kind == NatKind.Open)
        {
            internet.Connect(Host, outside);
            return;
        }

        if (kind == NatKind.DoubleNat)
        {
            var carrier = Own(Router.OnInternet(internet, outside, NatKind.AddressRestricted));
            Router = Own(Router.Behind(carrier, NatKind.PortRestricted, "100.64.7"));
        }
        else
        {
            Router = Own(Router.OnInternet(internet, outside, kind));
        }

        Router.AddHost(Host, "eth0", $"192.168.{place}");
    }

    private static string Gateway(string address) => address[..(address.LastIndexOf('.') + 1)] + "1";

    private Router Own(Router router)
    {
        _owned.Push(router);
        return router;
    }
}
