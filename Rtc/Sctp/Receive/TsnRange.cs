namespace QuicPair.Rtc.Sctp.Receive;

/// <summary>Received TSNs without a gap, both ends included.</summary>
/// <param name="First">The lowest.</param>
/// <param name="Last">The highest.</param>
internal readonly record struct TsnRange(Tsn First, Tsn Last);
