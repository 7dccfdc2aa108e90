using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp.Association;

namespace QuicPair.Rtc.Session;

/// <summary>
/// Ends a session: what was sent is delivered, then SCTP shuts down, then DTLS says goodbye.
/// </summary>
internal sealed class Closing(SessionContext context)
{
    // Ours: a peer that does not take part is not waited for.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private Instant? _deadline;

    /// <summary>When to give the orderly end up.</summary>
    public Instant? NextTimeout => context.State == SessionState.Closing ? _deadline : null;

    public void Close(Instant now)
    {
        if (context.State >= SessionState.Closing) return;
        if (context.State != SessionState.Connected)
        {
            context.Channels?.Abort(now);
            context.Finish(SessionEnd.Closed);
            return;
        }

        _deadline = now + Patience;
        context.Enter(SessionState.Closing);
        context.Channels!.Close(now);
    }

    public void HandleTimeout(Instant now)
    {
        if (NextTimeout is not { } deadline || now < deadline) return;
        context.Channels!.Abort(now);
        context.Finish(SessionEnd.Closed);
    }

    /// <summary>The association is gone, whoever ended it.</summary>
    public void AssociationEnded(AssociationEnd end) => context.Finish(end switch
    {
        AssociationEnd.ProtocolViolation => SessionEnd.SctpFailed,
        AssociationEnd.Unanswered when context.State != SessionState.Closing => SessionEnd.SctpFailed,
        // RFC 8831, 6.2: browsers abort the association when the page closes the connection.
        _ => SessionEnd.Closed,
    });
}
