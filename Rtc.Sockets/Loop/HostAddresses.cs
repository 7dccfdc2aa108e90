using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using QuicPair.Rtc.Ice;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Sockets.Loop;

/// <summary>The addresses of this machine as host candidates, looked up again when the network has changed.</summary>
internal sealed class HostAddresses : IDisposable
{
    // Ours: a description has room for 32 candidates of all kinds.
    private const int Maximum = 12;

    private readonly RtcHostOptions _options;
    private readonly int _port;
    private volatile IReadOnlyList<IceCandidate>? _candidates;

    public HostAddresses(RtcHostOptions options, int port)
    {
        (_options, _port) = (options, port);
        NetworkChange.NetworkAddressChanged += OnChanged;
    }

    /// <summary>Host candidates, the one that is liked best first.</summary>
    public IReadOnlyList<IceCandidate> Candidates => _candidates ??= Enumerate();

    public void Dispose() => NetworkChange.NetworkAddressChanged -= OnChanged;

    private static IEnumerable<IPAddress> OfThisMachine() =>
        from nic in NetworkInterface.GetAllNetworkInterfaces()
        where nic.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown
        from unicast in nic.GetIPProperties().UnicastAddresses
        select unicast.Address;

    private void OnChanged(object? sender, EventArgs change) => _candidates = null;

    private List<IceCandidate> Enumerate()
    {
        if (_options.Address is { } only) return [Candidate(only, 0, TransportAddress.From(only, _port))];

        var all = OfThisMachine().Where(address => !address.IsIPv6LinkLocal).ToList();
        var usable = all.Where(address => !IPAddress.IsLoopback(address)).ToList();
        if (_options.AdvertiseLoopback || usable.Count == 0)
        {
            usable.AddRange(all.Where(address => address.Equals(IPAddress.Loopback)));
        }

        return [.. usable
            .OrderBy(address => address.AddressFamily == AddressFamily.InterNetworkV6)
            .Take(Maximum)
            .Select((address, rank) => Candidate(address, rank, Any(address)))];
    }

    private TransportAddress Any(IPAddress address) => TransportAddress.From(
        address.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, _port);

    private IceCandidate Candidate(IPAddress address, int rank, TransportAddress boundTo) =>
        IceCandidate.Host(TransportAddress.From(address, _port), (ushort)(ushort.MaxValue - rank), boundTo);
}
