namespace QuicPair.Client;

/// <summary>How a <see cref="MacConnection"/> behaves when its session is lost.</summary>
public sealed record MacConnectionOptions
{
    /// <summary>
    /// How long a lost session is looked for while an answer waits; default 5 min. The Mac keeps answers for 10 min.
    /// </summary>
    public TimeSpan RecoverFor { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How long a question of which nothing has come yet waits for the Mac that was asked before another one of the
    /// household is asked (<see cref="Phone.AnyMac"/>); default 5 s. An attempt to reach it that is under way then is
    /// finished first. There is no such wait when the session ended because that Mac was away
    /// (<see cref="PathNews.Away"/>). An answer that has begun waits for its Mac only.
    /// </summary>
    public TimeSpan AnotherMacAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long the Mac is left to another program of this device whose session has replaced this one
    /// (<see cref="ConnectFailure.Elsewhere"/>) before what was under way here takes the connection back; default 4 s.
    /// An answer goes on at the Mac meanwhile and is taken up, however often: that counts neither for
    /// <see cref="RecoverFor"/> nor for the pauses. A request is asked again twice. With nothing under
    /// way there is no new session before the next request, which does not wait.
    /// </summary>
    public TimeSpan GiveWayFor { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>The pause before the second attempt, doubled for each further one; default 250 ms.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest pause between attempts; default 10 s.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Called, on any thread, with what becomes of the path to a Mac while a session with it lives; null (default) is
    /// nobody.
    /// </summary>
    public Action<PairedMac, PathNews>? OnPath { get; init; }

    /// <summary>The clock of the pauses; the system's by default.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
