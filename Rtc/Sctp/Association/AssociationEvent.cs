namespace QuicPair.Rtc.Sctp.Association;

/// <summary>An event of an association.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Stream">The stream of a message or reset.</param>
/// <param name="PayloadProtocol">The payload protocol identifier of a message.</param>
/// <param name="Payload">A message, valid until the next event is taken.</param>
/// <param name="End">Why the association ended.</param>
internal readonly record struct AssociationEvent(
    AssociationEventKind Kind,
    StreamId Stream = default,
    uint PayloadProtocol = 0,
    ReadOnlyMemory<byte> Payload = default,
    AssociationEnd End = default);
