using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Ice;

/// <summary>What an <see cref="IceAgent"/> tells its owner.</summary>
internal abstract record IceEvent
{
    private IceEvent()
    {
    }

    /// <summary>
    /// The agent is in another state; <see cref="IceState.Failed"/> is told by <see cref="Failed"/>.
    /// </summary>
    public sealed record StateChanged(IceState State) : IceEvent;

    /// <summary>Data goes out on this path from here on; it is accepted from every validated path.</summary>
    public sealed record PathSelected(NetworkPath Path) : IceEvent;

    /// <summary>
    /// The selected path does not answer, and there is no other; it may come back until consent ends.
    /// </summary>
    public sealed record PathSilent : IceEvent;

    /// <summary>There is a path again that answers.</summary>
    public sealed record PathAnswers : IceEvent;

    /// <summary>The agent gave up; nothing follows.</summary>
    public sealed record Failed(IceFailure Reason) : IceEvent;
}
