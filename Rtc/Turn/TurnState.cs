namespace QuicPair.Rtc.Turn;

/// <summary>How far an allocation is.</summary>
public enum TurnState
{
    /// <summary>Nothing was sent.</summary>
    New,

    /// <summary>The server was asked for an allocation.</summary>
    Allocating,

    /// <summary>There is a relayed address.</summary>
    Allocated,

    /// <summary>There is none and will be none.</summary>
    Failed,

    /// <summary>The allocation was given back.</summary>
    Closed,
}
