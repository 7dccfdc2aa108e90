using QuicPair.Rtc.Dtls;
using QuicPair.Rtc.Ice;
using QuicPair.Rtc.Sctp;

namespace QuicPair.Rtc.Session;

/// <summary>What a session has seen.</summary>
/// <param name="Dropped">
/// Datagrams dropped by the session itself: of no known protocol (RFC 7983), or not STUN and from an address
/// that ICE has not validated.
/// </param>
/// <param name="Ice">The agent's counters.</param>
/// <param name="Dtls">The counters of DTLS.</param>
/// <param name="Sctp">The association's counters; null before DTLS is up.</param>
public readonly record struct SessionCounters(
    long Dropped, IceCounters Ice, DtlsCounters Dtls, SctpStatistics? Sctp);
