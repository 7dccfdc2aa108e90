using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Ice.Checks;

/// <summary>
/// A check that came in before the peer's credentials were known, so that no check could be triggered.
/// </summary>
internal readonly record struct EarlyRequest(NetworkPath Path, uint Priority, bool UseCandidate);
