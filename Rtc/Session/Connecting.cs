using QuicPair.Rtc.Channels;
using QuicPair.Rtc.Dtls;
using QuicPair.Rtc.Ice;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Sdp;

namespace QuicPair.Rtc.Session;

/// <summary>
/// Moves a session on: the first path starts DTLS, DTLS starts SCTP in the same turn, so that its INIT
/// follows right behind our end of the handshake.
/// </summary>
internal sealed class Connecting(SessionContext context, Restarting restarting)
{
    // Ours: a lost INIT is repeated after three round trips as ICE measured them, within these bounds.
    private static readonly TimeSpan ShortestInitialRto = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestInitialRto = TimeSpan.FromSeconds(1);

    // Ours: for DTLS, when ICE has no round trip time to tell.
    private static readonly TimeSpan UnknownRoundTrip = TimeSpan.FromMilliseconds(100);

    /// <summary>The peer's description is known: look for a path.</summary>
    public void Start(Instant now, SessionDescription remote, DtlsRole role)
    {
        context.Remote = remote;
        context.RemoteSctpInit = ReadSctpInit(remote);
        context.DtlsRole = role;
        context.Enter(SessionState.FindingPath);
        context.Ice.SetRemote(now, remote.Credentials, remote.Candidates);
    }

    // libdatachannel repeats attributes of an offer that it does not know: our own INIT is not the peer's.
    private SctpInit? ReadSctpInit(SessionDescription remote) =>
        SctpInit.TryParse(remote.SctpInit, out var init) && init.InitiateTag != context.SctpInit.InitiateTag
            ? init
            : null;

    /// <summary>Draws the consequences of whatever happened below.</summary>
    public void Advance(Instant now)
    {
        while (context.Ice.TryTake(out var taken))
        {
            HandleIce(now, taken!);
        }

        restarting.Advance(now);
        HandleDtls(now);
    }

    private void HandleIce(Instant now, IceEvent taken)
    {
        switch (taken)
        {
            case IceEvent.PathSelected:
                context.Events.Enqueue(new(SessionEventKind.PathChanged, context.State));
                restarting.PathFound(now);
                context.Channels?.PathChanged(now);
                if (context.IceConnectedAt is null) StartDtls(now);
                break;
            case IceEvent.PathSilent:
                context.Events.Enqueue(new(SessionEventKind.PathSilent, context.State));
                break;
            case IceEvent.PathAnswers:
                context.Channels?.PathChanged(now);
                context.Events.Enqueue(new(SessionEventKind.PathAnswers, context.State));
                break;
            case IceEvent.Failed when context.FormerIce is { SelectedPath: not null } former:
                // The restart found nothing; what there was before may still work.
                if (former.IsSilent) context.Events.Enqueue(new(SessionEventKind.PathSilent, context.State));
                break;
            case IceEvent.Failed { Reason: var reason }:
                context.IceFailure = reason;
                var isExpired = reason == Ice.IceFailure.ConsentExpired;
                context.Finish(isExpired ? SessionEnd.ConsentExpired : SessionEnd.IceFailed);
                break;
            default:
                // The session's own states tell what an owner needs of the agent's.
                break;
        }
    }

    private void StartDtls(Instant now)
    {
        context.IceConnectedAt = now;
        context.Enter(SessionState.Securing);
        var roundTrip = context.Ice.RoundTripTime ?? UnknownRoundTrip;
        var fingerprints = context.Remote!.Fingerprints;
        context.Dtls.Start(now, new DtlsParameters(context.DtlsRole, fingerprints, roundTrip));
    }

    private void HandleDtls(Instant now)
    {
        switch (context.Dtls.State)
        {
            case DtlsState.Handshaking when context.Dtls.CanSeal
                && context is { Channels: null, RemoteSctpInit: null }:
                StartSctp(now);
                break;
            case DtlsState.Connected when context.DtlsConnectedAt is null && context.End is null:
                context.DtlsConnectedAt = now;
                context.Enter(SessionState.Associating);
                StartSctp(now);
                break;
            case DtlsState.Failed:
                var isMismatch = context.Dtls.Failure == DtlsFailure.FingerprintMismatch;
                context.Finish(isMismatch ? SessionEnd.FingerprintMismatch : SessionEnd.DtlsFailed);
                break;
            case DtlsState.Closed:
                // A close_notify of the peer: browsers send it after an ABORT of SCTP, or alone.
                context.Finish(SessionEnd.Closed);
                break;
        }
    }

    /// <summary>
    /// Sends INIT: a DTLS client does so right behind its Finished, half a round trip before it is connected,
    /// and once more when it is, as a server may have dropped what overtook that Finished. INIT holds nothing
    /// secret, and nothing else is sent before it is answered. With INIT in both descriptions there is no handshake,
    /// but what is sent then is the owner's, and waits until DTLS is whole.
    /// </summary>
    private void StartSctp(Instant now)
    {
        context.Channels ??= CreateChannels(now);
        if (context.RemoteSctpInit is { } init)
        {
            context.Channels.Connect(now, init, context.Ice.RoundTripTime);
        }
        else
        {
            context.Channels.Connect(now);
        }
    }

    private DataChannels CreateChannels(Instant now)
    {
        var remote = context.Remote!;
        var rto = (context.Ice.RoundTripTime ?? UnknownRoundTrip) * 3;
        var options = context.Options.Sctp with
        {
            RemotePort = remote.SctpPort,
            RemoteMessageLengthMax = (int)Math.Min(remote.MaximumMessageSize, int.MaxValue),
            InitialRto = TimeSpan.FromTicks(
                Math.Clamp(rto.Ticks, ShortestInitialRto.Ticks, LongestInitialRto.Ticks)),
        };
        var isClient = context.DtlsRole == DtlsRole.Client;
        var channels = new DataChannels(options, context.Entropy, isClient, context.SctpInit);
        while (context.WaitingChannels.TryDequeue(out var channel))
        {
            _ = channels.TryOpen(now, channel, out _);
        }

        return channels;
    }
}
