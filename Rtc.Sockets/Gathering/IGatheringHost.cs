using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Sockets.Gathering;

/// <summary>What gathering needs of the host that it works for.</summary>
internal interface IGatheringHost
{
    /// <summary>Held for every change.</summary>
    Lock Gate { get; }

    Instant Now { get; }

    /// <summary>The clock, for the end of credentials and for what waits beside the loop.</summary>
    TimeProvider Clock { get; }

    IEntropy Entropy { get; }

    /// <summary>
    /// Sends from the port that all peers share; false when the system has no way there. Needs the gate.
    /// </summary>
    bool TrySendToServer(ReadOnlySpan<byte> datagram, TransportAddress server);

    /// <summary>
    /// The standing candidates are different ones; with <paramref name="network"/> because the machine's own addresses
    /// are. Needs the gate.
    /// </summary>
    void OnCandidatesChanged(bool network);

    /// <summary>A peer's datagram came through a relay. Needs the gate.</summary>
    void OnRelayed(Instant now, NetworkPath path, ReadOnlySpan<byte> datagram);

    /// <summary>A relay has made progress, or none any more. Needs the gate.</summary>
    void OnRelayNews();

    /// <summary>Has delivered what was received. Without the gate.</summary>
    void AfterReceive();
}
