using QuicPair.Nat.Lab;

namespace QuicPair.Nat.Routers;

/// <summary>A router with its NAT, in a namespace of its own.</summary>
internal sealed class Router : IDisposable
{
    private int _networks;

    private Router(Namespace place, string outside) => (Place, Outside) = (place, outside);

    public Namespace Place { get; }

    /// <summary>Its address towards the internet, or towards the carrier's router.</summary>
    public string Outside { get; }

    /// <summary>Packets from and to the TURN server.</summary>
    public long Relayed => Place.Counter("relay");

    /// <summary>UDP packets from and to anybody but the TURN and STUN servers.</summary>
    public long Direct => Place.Counter("direct");

    /// <summary>Bytes from and to the TURN server in packets that are long enough for a message of a stream.</summary>
    public long RelayedData => Place.CounterBytes("relay_data");

    /// <summary>The same of <see cref="Direct"/>.</summary>
    public long DirectData => Place.CounterBytes("direct_data");

    /// <summary>A router whose outside is the internet.</summary>
    public static Router OnInternet(Internet internet, string address, NatKind kind, bool hairpin = false)
    {
        var place = Namespace.Create("router");
        internet.Connect(place, address);
        return Begin(place, address, kind, hairpin);
    }

    /// <summary>A router whose outside is another router's network.</summary>
    public static Router Behind(Router carrier, NatKind kind, string network)
    {
        var place = Namespace.Create("router");
        var address = carrier.AddHost(place, "wan", network);
        return Begin(place, address, kind, hairpin: false);
    }

    /// <summary>Connects a namespace to a new network of this router; returns the address that it gets.</summary>
    public string AddHost(Namespace host, string device, string network)
    {
        var own = $"lan{_networks++}";
        Shell.Ip($"link add name {device} netns {host.Name} type veth peer name {own} netns {Place.Name}");
        Place.Ip($"address add {network}.1/24 dev {own}\nlink set {own} up");
        host.Ip($"address add {network}.2/24 dev {device}\nlink set {device} up");
        host.Ip($"route replace default via {network}.1");
        return $"{network}.2";
    }

    /// <summary>Leads a TCP port of the outside to a machine inside.</summary>
    public void Forward(int port, string machine) => Place.Nft(
        $"insert rule ip lab translate_in iifname \"wan\" tcp dport {port} dnat to {machine}\n");

    /// <summary>
    /// Forgets every connection, as a restart does; what belongs to none of the new ones is not translated any more.
    /// </summary>
    public void Forget()
    {
        Place.Configure("net/netfilter/nf_conntrack_tcp_loose", "0");
        Place.Run(() =>
        {
            // netlink(7), ctnetlink: IPCTNL_MSG_CT_DELETE without a tuple deletes all; NLM_F_REQUEST.
            const int Netlink = 16, Raw = 3, Netfilter = 12;
            ReadOnlySpan<byte> deleteAll = [20, 0, 0, 0, 2, 1, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
            var descriptor = Native.Socket(Netlink, Raw, Netfilter);
            var written = Native.Write(descriptor, deleteAll, (nuint)deleteAll.Length);
            _ = Native.Close(descriptor);
            return written == deleteAll.Length ? true : throw new LabException("The router remembers.");
        });
    }

    public void Dispose() => Place.Dispose();

    private static Router Begin(Namespace place, string address, NatKind kind, bool hairpin)
    {
        place.Configure("net/ipv4/ip_forward", "1");
        place.Nft(RouterRules.For(kind, hairpin, address));
        return new Router(place, address);
    }
}
