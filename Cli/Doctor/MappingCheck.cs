using System.Net;
using System.Net.Sockets;
using QuicPair.Cli.Doctor.Stun;
using QuicPair.Rtc.Sockets;

namespace QuicPair.Cli.Doctor;

/// <summary>
/// What the network does to UDP: whether it goes out, under which address, and whether it leads back in.
/// </summary>
/// <param name="names">The servers' addresses.</param>
/// <param name="families">In this order until a server answers: IPv4, IPv6 or both.</param>
internal sealed class MappingCheck(Names names, IReadOnlyList<AddressFamily> families)
{
    private const int HairpinTries = 3;
    private static readonly TimeSpan HairpinWait = TimeSpan.FromMilliseconds(200);

    private readonly List<(IPEndPoint Server, IPEndPoint Mapped, TimeSpan RoundTrip)> _seen = [];
    private readonly HashSet<IceServer> _asked = [];

    /// <summary>Whether any server answered by UDP; null when that was not measured.</summary>
    public bool? GoesOut { get; private set; }

    /// <summary>Whether the mapping varies by destination; null when that was not measured.</summary>
    public bool? Varies { get; private set; }

    /// <summary>Whether the outer address is none of this machine's; null when that was not measured.</summary>
    public bool? IsBehindNat { get; private set; }

    public async Task<IReadOnlyList<Finding>> Run(IReadOnlyList<IceServer> servers, CancellationToken cancellation)
    {
        var byUdp = servers.Where(server => !server.IsRelay || server.Transport == IceTransport.Udp).ToList();
        var hairpin = new Finding("hairpin", Verdict.NotMeasured, "The outer address is not known.");
        foreach (var family in families)
        {
            var places = await Places(byUdp, family, cancellation);
            if (places.Count == 0) continue;
            using var socket = new UdpAsker(family);
            foreach (var place in places) await Ask(socket, place, cancellation);
            if (_seen.Count == 0) continue;
            hairpin = await Hairpin(socket, family, cancellation);
            break;
        }

        return [OutFinding(byUdp.Count), MappingFinding(), hairpin];
    }

    private async Task<List<IPEndPoint>> Places(
        List<IceServer> servers, AddressFamily family, CancellationToken cancellation)
    {
        var places = new List<IPEndPoint>();
        foreach (var server in servers)
        {
            var addresses = await names.Resolve(server.Host, cancellation);
            if (addresses.FirstOrDefault(address => address.AddressFamily == family) is not { } address) continue;
            places.Add(new IPEndPoint(address, server.Port));
            _asked.Add(server);
        }

        return places;
    }

    private async Task Ask(UdpAsker socket, IPEndPoint place, CancellationToken cancellation)
    {
        var transaction = StunRequest.NewTransaction();
        var answer = await socket.Ask(place, transaction, StunRequest.Bind(transaction), cancellation);
        if (answer is { Reply.Mapped: { } mapped } found) _seen.Add((place, mapped, found.RoundTrip));
    }

    private Finding OutFinding(int configured)
    {
        if (configured == 0) return new Finding("udp", Verdict.NotMeasured, "No STUN server is configured.");
        if (_asked.Count == 0)
        {
            return new Finding(
                "udp", Verdict.NotMeasured, "No STUN server has an address that could be asked from here.");
        }

        if (_seen.Count == 0 && _asked.All(server => server.IsRelay))
        {
            return new Finding(
                "udp", Verdict.NotMeasured,
                "No TURN server answers by UDP; whether anything goes out takes a STUN server to tell.");
        }

        GoesOut = _seen.Count > 0;
        if (_seen.Count == 0)
        {
            return new Finding(
                "udp", Verdict.Fail, $"UDP does not go out: of {Counted.Of(_asked.Count, "server")} none answers.",
                "Let UDP out in the firewall, or set TURN_URLS to a turns: server on TCP 443.");
        }

        var best = _seen.MinBy(seen => seen.RoundTrip);
        var time = best.RoundTrip.TotalMilliseconds;
        return new Finding("udp", Verdict.Ok, $"UDP goes out; {best.Server} is {time:0.0} ms away.")
        {
            RoundTripMs = time,
        };
    }

    private Finding MappingFinding()
    {
        if (_seen.Count == 0)
        {
            return new Finding("mapping", Verdict.NotMeasured, "No server told which address it sees.");
        }

        var outside = _seen.Select(seen => seen.Mapped).Distinct().ToList();
        if (_seen.Select(seen => seen.Server).Distinct().Count() < 2)
        {
            return new Finding(
                "mapping", Verdict.NotMeasured,
                $"Seen from outside as {outside[0]}; whether that varies takes two servers to tell.");
        }

        Varies = outside.Count > 1;
        return Varies == true
            ? new Finding(
                "mapping", Verdict.Warn,
                $"The outer port varies by destination (symmetric NAT): {string.Join(", ", outside)}.",
                "Connections to strict networks need a TURN server (TURN_URLS); or forward a port to Phones:UdpPort.")
            : new Finding("mapping", Verdict.Ok, $"Seen from outside as {outside[0]} by every server.");
    }

    private async Task<Finding> Hairpin(UdpAsker socket, AddressFamily family, CancellationToken cancellation)
    {
        var outer = _seen[0].Mapped;
        IsBehindNat = !Interfaces.Own().Any(own => own.Address.Equals(outer.Address));
        if (IsBehindNat == false)
        {
            return new Finding("hairpin", Verdict.Ok, "No NAT is in the way.");
        }

        using var other = new UdpAsker(family);
        var mark = StunRequest.NewTransaction();
        for (var attempt = 0; attempt < HairpinTries; attempt++)
        {
            await other.Send(mark, outer, cancellation);
            if (await socket.Receive(bytes => bytes.AsSpan().SequenceEqual(mark), HairpinWait, cancellation) is null)
            {
                continue;
            }

            return new Finding("hairpin", Verdict.Ok, "The router leads packets to its own outer address back in.");
        }

        return new Finding(
            "hairpin", Verdict.Warn, "The router does not lead packets to its own outer address back in.",
            "Nothing to do in one network; between two networks behind this router it takes a TURN server.");
    }
}
