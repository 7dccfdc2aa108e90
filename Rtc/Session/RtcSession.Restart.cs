using QuicPair.Rtc.Ice;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sdp;

namespace QuicPair.Rtc.Session;

/// <summary>Later descriptions: more candidates, and restarts of ICE under the living session.</summary>
public sealed partial class RtcSession
{
    private IReadOnlyList<IceCandidate> _told = [];
    private bool _hasOffered;

    /// <summary>
    /// Takes a later offer of the peer: with the credentials that are known it only adds candidates, with
    /// others it is a restart (see <see cref="TryRestart"/>), unless it is older than the one that counts: offers may
    /// overtake each other on their way.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="text">The offer.</param>
    /// <param name="candidates">Our candidates, best first.</param>
    /// <param name="problem">What is wrong with the offer.</param>
    public bool TryUpdate(
        Instant now, ReadOnlySpan<char> text, IReadOnlyList<IceCandidate> candidates, out SdpProblem problem)
    {
        if (!SessionDescription.TryParse(text, out var offer, out problem)) return false;
        if (offer!.Credentials == RemoteCredentials) return TryAddCandidates(now, text, out problem);
        if (!_restarting.IsLate(offer)) return TryRestart(now, text, candidates, out problem);
        _now = now;
        _restarting.TakeLate(offer);
        return true;
    }

    /// <summary>
    /// Restarts ICE for an offer of the same peer with new credentials (RFC 8839, section 4.4.1.1): data goes
    /// on over the former path until there is a new one. <see cref="LocalDescription"/> is the answer. False
    /// when the offer cannot be used, has another certificate, or the session is over.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="text">The offer.</param>
    /// <param name="candidates">Our candidates, best first.</param>
    /// <param name="problem">What is wrong with the offer.</param>
    public bool TryRestart(
        Instant now, ReadOnlySpan<char> text, IReadOnlyList<IceCandidate> candidates, out SdpProblem problem)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        _now = now;
        if (!SessionDescription.TryParse(text, out var offer, out problem)) return false;
        if (!_restarting.IsSamePeer(offer!))
        {
            problem = SdpProblem.AnotherPeer;
            return false;
        }

        if (State >= SessionState.Closing) return false;
        _restarting.Begin(now, candidates);
        LocalDescription = DescriptionWriter.WriteAnswer(DescribeLocal(), offer!, _context.DtlsRole);
        _hasOffered = false;
        _restarting.Start(now, offer!);
        return true;
    }

    /// <summary>
    /// Makes <see cref="LocalDescription"/> an offer that restarts ICE; nothing changes until its answer is
    /// set.
    /// </summary>
    /// <param name="candidates">Our candidates, best first.</param>
    public void OfferRestart(IReadOnlyList<IceCandidate> candidates)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        if (State is SessionState.New or >= SessionState.Closing) return;
        _restarting.Begin(_now, candidates);
        LocalDescription = DescriptionWriter.WriteOffer(DescribeLocal());
        _hasOffered = true;
    }

    /// <summary>
    /// Takes the addresses that this end has from now on. New ones are checked from at once; an offer whose answer is
    /// not there yet, and every later description, has them.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="candidates">Our candidates, best first.</param>
    public void UpdateCandidates(Instant now, IReadOnlyList<IceCandidate> candidates)
    {
        ArgumentNullException.ThrowIfNull(candidates);
        _now = now;
        if (IsOver) return;
        _context.Candidates = candidates;
        _context.Ice.UpdateLocalCandidates(candidates);
        _context.FormerIce?.UpdateLocalCandidates(candidates);
        if (IsOffering) LocalDescription = DescriptionWriter.WriteOffer(DescribeLocal());
        Advance();
    }

    /// <summary>
    /// Makes <see cref="LocalDescription"/> the same offer with the candidates that were found since it was written;
    /// false when there are none, or when this end has not offered. The peer adds them, there is no new answer.
    /// </summary>
    public bool TryOfferCandidates()
    {
        if (IsOver || !_hasOffered || _told.SequenceEqual(_context.Candidates)) return false;
        LocalDescription = DescriptionWriter.WriteOffer(DescribeLocal());
        return true;
    }

    /// <summary>
    /// The network of this end has changed: every path is checked at once, so that the peer learns the new address.
    /// </summary>
    public void NetworkChanged(Instant now)
    {
        _now = now;
        if (IsOver) return;
        _context.Ice.CheckAgain(now);
        _context.FormerIce?.CheckAgain(now);
    }

    /// <summary>
    /// Adds the candidates of a later description of the same peer; false when it cannot be used or has other
    /// ICE credentials than the first one.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="text">The description.</param>
    /// <param name="problem">What is wrong with it.</param>
    public bool TryAddCandidates(Instant now, ReadOnlySpan<char> text, out SdpProblem problem)
    {
        _now = now;
        if (!SessionDescription.TryParse(text, out var description, out problem)) return false;
        if (description!.Credentials != RemoteCredentials)
        {
            problem = SdpProblem.NoCredentials;
            return false;
        }

        _context.Ice.AddRemoteCandidates(description.Candidates);
        return true;
    }
}
