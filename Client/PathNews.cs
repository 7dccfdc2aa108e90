namespace QuicPair.Client;

/// <summary>What became of the way to a Mac while a session lives.</summary>
public enum PathNews
{
    /// <summary>The Mac does not answer; a restart is tried.</summary>
    Silent,

    /// <summary>
    /// The Mac does not answer, and the front door says that it is away (<see cref="ConnectFailure.MacAway"/>). Told
    /// once in a silence. It is looked for as before, unless the session may go on at another Mac: that one ends.
    /// </summary>
    Away,

    /// <summary>The Mac answers again by itself.</summary>
    Back,

    /// <summary>
    /// The path was restarted: there is another path, under the same session, and nothing was lost.
    /// </summary>
    Restarted,

    /// <summary>A restart is of no use; the session ends, and a new connection takes up running answers.</summary>
    Lost,
}
