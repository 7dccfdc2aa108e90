using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Sockets.Gathering;

/// <summary>What gathering needs of the host that it works for.</summary>
internal interface IGatheringHost
{
    /// <summary>Held for every change.</summary>
    Lock Gate { get; }

    Instant Now { get; }

    /// <summary>Sends from the port that all peers share. Needs the gate.</summary>
    void SendToServer(ReadOnlySpan<byte> datagram, TransportAddress server);

    /// <summary>
    /// The standing candidates are different ones; with <paramref name="network"/> because the machine's own addresses
    /// are. Needs the gate.
    /// </summary>
    void OnCandidatesChanged(bool network);
}
