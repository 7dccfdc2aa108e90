namespace QuicPair.Rtc.Ice;

/// <summary>What an ICE agent has seen.</summary>
/// <param name="ChecksSent">Checks sent, repeats and consent checks included.</param>
/// <param name="ResponsesReceived">Authentic success responses to them.</param>
/// <param name="RequestsReceived">Authentic checks of the peer.</param>
/// <param name="RoleConflicts">Role conflicts, whoever gave in.</param>
/// <param name="Dropped">Messages dropped: malformed, not authentic, unexpected, or too many at once.</param>
public readonly record struct IceCounters(
    long ChecksSent,
    long ResponsesReceived,
    long RequestsReceived,
    long RoleConflicts,
    long Dropped);
