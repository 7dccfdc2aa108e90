using QuicPair.Rtc.Ice;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sdp;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Session;

/// <summary>
/// ICE restarts (RFC 8445, section 9): a new agent with new credentials looks for a path while data goes on
/// over the former one; DTLS, SCTP and the channels do not notice. An offer that changes the certificate is
/// another peer's. A session whose last path has gone meanwhile waits for an answer as long as for consent.
/// </summary>
internal sealed class Restarting(SessionContext context)
{
    // Ours: the peer may send on the former path until its own agent has found the new one.
    private static readonly TimeSpan FormerPathLingers = TimeSpan.FromSeconds(5);

    private Instant? _formerEnds;
    private Instant? _answerDue;
    private bool _isLooking;

    public Instant? NextTimeout => context.FormerIce is { } former
        ? Instant.Earliest(former.NextTimeout, _formerEnds)
        : _answerDue;

    /// <summary>
    /// Replaces the agent; its credentials and <paramref name="candidates"/> go into a new description.
    /// </summary>
    public void Begin(Instant now, IReadOnlyList<IceCandidate> candidates)
    {
        if (context.Ice.SelectedPath is not null) context.FormerIce = context.Ice;
        var agent = new IceAgent(context.Ice.Role, IceCredentials.Create(context.Entropy), context.Entropy);
        foreach (var candidate in candidates)
        {
            agent.AddLocalCandidate(candidate);
        }

        context.Ice = agent;
        context.Candidates = candidates;
        _formerEnds = null;
        _isLooking = context.IceConnectedAt is not null;

        // Restarts one after the other put the end off no further.
        _answerDue = _isLooking && context.FormerIce is null ? _answerDue ?? now + IceTimings.ConsentLifetime : null;
    }

    /// <summary>Whether a description speaks for the peer that DTLS is bound to.</summary>
    public bool IsSamePeer(SessionDescription description) =>
        context.Remote is { } known && known.Fingerprints.SequenceEqual(description.Fingerprints);

    /// <summary>
    /// Whether an offer with other credentials than the current ones is older than the description that counts, and
    /// only came late. It may say so itself. If it does not, the credentials of the former agent do; but with a newer
    /// version they are those of a peer that took its restart back.
    /// </summary>
    public bool IsLate(SessionDescription offer) =>
        context.Remote is { } known && IsSamePeer(offer)
        && (offer.Precedes(known) || (IsFormer(offer) && !known.Precedes(offer)));

    /// <summary>An offer that came late may still serve the former path.</summary>
    public void TakeLate(SessionDescription offer)
    {
        if (IsFormer(offer)) context.FormerIce!.AddRemoteCandidates(offer.Candidates);
    }

    public void Start(Instant now, SessionDescription remote)
    {
        context.Remote = remote;
        _answerDue = null;
        context.Ice.SetRemote(now, remote.Credentials, remote.Candidates);
    }

    /// <summary>
    /// Which agent a STUN message is for: only the former one knows its own credentials and checks.
    /// </summary>
    public IceAgent AgentFor(NetworkPath path, ReadOnlySpan<byte> datagram) =>
        context.FormerIce is { } former && former.IsMine(path, datagram) ? former : context.Ice;

    /// <summary>The new agent has a path: the former one, if it is still there, may go soon.</summary>
    public void PathFound(Instant now)
    {
        if (!_isLooking) return;
        _isLooking = false;
        _formerEnds = now + FormerPathLingers;
        context.Events.Enqueue(new(SessionEventKind.PathAnswers, context.State));
    }

    public void HandleTimeout(Instant now)
    {
        context.FormerIce?.HandleTimeout(now);
        if (_formerEnds <= now) context.FormerIce = null;
        if (_answerDue <= now) context.Finish(SessionEnd.ConsentExpired);
    }

    /// <summary>
    /// Ignores what the former agent has to say, except that its path is another one or answers again while it is the
    /// only one, and that its end leaves no path to fall back to.
    /// </summary>
    public void Advance(Instant now)
    {
        while (context.FormerIce is { } former && former.TryTake(out var taken))
        {
            if (taken is IceEvent.PathSilent && context.Ice.SelectedPath is null)
            {
                context.Events.Enqueue(new(SessionEventKind.PathSilent, context.State));
            }

            if (taken is IceEvent.PathAnswers && context.Ice.SelectedPath is null)
            {
                context.Events.Enqueue(new(SessionEventKind.PathAnswers, context.State));
            }

            if (taken is IceEvent.PathSelected or IceEvent.PathAnswers && context.Ice.SelectedPath is null)
            {
                context.Channels?.PathChanged(now);
            }

            if (taken is not IceEvent.Failed) continue;
            context.FormerIce = null;
            var isHopeless = context.Ice.State is IceState.New or IceState.Failed;
            if (isHopeless) context.Finish(SessionEnd.ConsentExpired);
        }
    }

    private bool IsFormer(SessionDescription offer) => context.FormerIce?.RemoteCredentials == offer.Credentials;
}
