namespace QuicPair.Rtc.Turn;

/// <summary>What a TURN client has seen.</summary>
/// <param name="RequestsSent">Requests sent, repeats included.</param>
/// <param name="Challenges">Answers that asked for another nonce.</param>
/// <param name="PacketsRelayed">Payloads wrapped for a peer.</param>
/// <param name="PacketsReceived">Payloads that came through the relay.</param>
/// <param name="Dropped">
/// Messages dropped: malformed, not authentic, unexpected, of an unknown channel; and payloads without room.
/// </param>
public readonly record struct TurnCounters(
    long RequestsSent, long Challenges, long PacketsRelayed, long PacketsReceived, long Dropped);
