using System.Net;
using System.Security.Cryptography.X509Certificates;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Sockets.Gathering.Relays;

/// <summary>One way to a TURN server.</summary>
/// <param name="Server">Where it listens.</param>
/// <param name="Transport">How it is spoken to.</param>
/// <param name="From">The address to talk from; null for any.</param>
/// <param name="TlsName">The name in its certificate, with TLS.</param>
/// <param name="Roots">Further certificates that are trusted to sign it.</param>
internal sealed record RelayAddress(
    TransportAddress Server,
    IceTransport Transport,
    IPAddress? From,
    string? TlsName,
    X509Certificate2Collection? Roots);
