using QuicPair.Rtc.Sctp.Chunks;

namespace QuicPair.Rtc.Sctp.Send;

/// <summary>A fragment on its way from the send queue to a packet.</summary>
/// <param name="Payload">Its bytes.</param>
/// <param name="Stream">The stream it belongs to.</param>
/// <param name="Ssn">Its message's sequence number.</param>
/// <param name="MessageId">Its message.</param>
/// <param name="PayloadProtocol">Its message's payload protocol identifier.</param>
/// <param name="Reliability">How long it is worth sending.</param>
/// <param name="Flags">Begin, end, unordered.</param>
internal readonly record struct OutboundFragment(
    Block Payload,
    OutboundStream Stream,
    Ssn Ssn,
    long MessageId,
    uint PayloadProtocol,
    Reliability Reliability,
    DataFlags Flags);
