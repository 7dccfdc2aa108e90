using QuicPair.Rtc.Sockets;

namespace QuicPair.Client;

/// <summary>How a phone behaves.</summary>
public sealed record PhoneOptions
{
    /// <summary>What the Mac's owner sees; default the machine's name.</summary>
    public string Name { get; init; } = Environment.MachineName;

    /// <summary>The file with this phone's pairings; default in the data folder.</summary>
    public string StorePath { get; init; } = DataFolder.PairingsFile(DataFolder.Path);

    /// <summary>How long connecting may take, without the owner's confirmation; default 30 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the owner may take to confirm a pairing; default 75 s.</summary>
    public TimeSpan ConfirmTimeout { get; init; } = TimeSpan.FromSeconds(75);

    /// <summary>Called with the six digits while a pairing waits for the owner or completes.</summary>
    public Action<string>? ShowCode { get; init; }

    /// <summary>
    /// Sends the HTTP requests; null is a plain handler without redirects and cookies and, for a pairing that is for
    /// the local network only, without a proxy.
    /// </summary>
    public HttpMessageHandler? HttpHandler { get; init; }

    /// <summary>
    /// How WebRTC listens. A pairing that is for the local network only has a port of its own, in local mode.
    /// </summary>
    public RtcHostOptions Rtc { get; init; } = new() { AdvertiseLoopback = true };

    /// <summary>Whether only ways through a relay are used, as a measurement wants it; false by default.</summary>
    public bool RelayOnly { get; init; }

    /// <summary>The clock; the system's by default.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
