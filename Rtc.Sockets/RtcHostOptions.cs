using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace QuicPair.Rtc.Sockets;

/// <summary>How a host listens and what it says about itself.</summary>
public sealed record RtcHostOptions
{
    /// <summary>The UDP port for all peers; 0 (default) takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>The only address to use; null (default) means all of this machine, IPv4 and IPv6.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>
    /// Whether 127.0.0.1 is a candidate, for peers on the same machine; false by default. It is one in any
    /// case when the machine has no other address.
    /// </summary>
    public bool AdvertiseLoopback { get; init; }

    /// <summary>
    /// Local mode, false by default: nothing is sent to, or taken from, an address outside <see cref="LocalNetwork"/>,
    /// no foreign address is a candidate, and no server is asked or its name resolved.
    /// </summary>
    public bool LocalOnly { get; init; }

    /// <summary>
    /// STUN and TURN servers to gather candidates through; none by default. Later ones:
    /// <see cref="RtcHost.UseIceServers"/>.
    /// </summary>
    public IReadOnlyList<IceServer> IceServers { get; init; } = [];

    /// <summary>
    /// Certificates that may sign those of <c>turns:</c> servers, in place of the system's; null (default) for those.
    /// </summary>
    public X509Certificate2Collection? RelayRoots { get; init; }

    /// <summary>
    /// How long credentials live that are made from <see cref="IceServer.Secret"/>; 10 minutes by default.
    /// </summary>
    public TimeSpan RelayCredentialLifetime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The certificate of this process; null (default) makes a new one.</summary>
    public LocalCertificate? Certificate { get; init; }

    /// <summary>
    /// Called with what a listener of the host's events has thrown, which is the end of nothing; null (default) ignores
    /// it. It must not throw.
    /// </summary>
    public Action<Exception>? OnListenerFault { get; init; }

    /// <summary>For tests: what resolves the names of servers; the system does by default.</summary>
    internal Func<string, CancellationToken, Task<IPAddress[]>> Resolver { get; init; } = Dns.GetHostAddressesAsync;

    /// <summary>The clock; the system's by default.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
