namespace QuicPair.Rtc.Turn;

/// <summary>Why a TURN client has no allocation.</summary>
public enum TurnFailure
{
    /// <summary>The server did not answer.</summary>
    Unanswered,

    /// <summary>The credentials are wrong or have expired (401, 441, or challenges without end).</summary>
    Unauthorized,

    /// <summary>The server does not want us (403).</summary>
    Forbidden,

    /// <summary>The user has too many allocations, or the server is full (486, 508).</summary>
    NoCapacity,

    /// <summary>The server names another one (300); see <see cref="TurnClient.AlternateServer"/>.</summary>
    TryAlternate,

    /// <summary>The server does not know the allocation, or knows another one for this port (437).</summary>
    Mismatch,

    /// <summary>Any other refusal, or an answer without a usable address.</summary>
    Refused,
}
