using QuicPair.Rtc.Sctp.Parameters;

namespace QuicPair.Rtc.Sctp.Send;

/// <summary>What both sides agreed on in INIT and INIT ACK.</summary>
/// <param name="LocalTag">The tag that the peer puts into its packets.</param>
/// <param name="PeerTag">The tag that we put into ours.</param>
/// <param name="LocalInitialTsn">The TSN of our first DATA chunk.</param>
/// <param name="PeerInitialTsn">The TSN of the peer's first DATA chunk.</param>
/// <param name="ReceiveWindow">The peer's window in bytes.</param>
/// <param name="Capabilities">The extensions that the peer understands.</param>
internal readonly record struct PeerParameters(
    uint LocalTag,
    uint PeerTag,
    Tsn LocalInitialTsn,
    Tsn PeerInitialTsn,
    uint ReceiveWindow,
    PeerCapabilities Capabilities);
