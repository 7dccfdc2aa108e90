namespace QuicPair.Rtc.Dtls;

/// <summary>What a <see cref="DtlsTransport"/> has seen.</summary>
/// <param name="SealedRecords">Records sealed.</param>
/// <param name="OpenedRecords">Records opened.</param>
/// <param name="DroppedRecords">Records dropped: malformed, repeated, not authentic, or of no use.</param>
/// <param name="EarlyRecords">Records kept until they could be used.</param>
/// <param name="LastFlightsRepeated">Times that the last flight was sent again because the peer had not got
/// it.</param>
public readonly record struct DtlsCounters(
    long SealedRecords,
    long OpenedRecords,
    long DroppedRecords,
    long EarlyRecords,
    long LastFlightsRepeated);
