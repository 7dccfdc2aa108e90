using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp.Chunks;
using QuicPair.Rtc.Sctp.Parameters;
using QuicPair.Rtc.Sctp.Send;

namespace QuicPair.Rtc.Sctp.Association;

/// <summary>
/// Sets the association up (RFC 9260 section 5). Both sides of a data channel connection send INIT at once,
/// so the collision of section 5.2.1 is the normal case. INIT and COOKIE ECHO are repeated without limit: ICE
/// decides when the peer is gone.
/// </summary>
internal sealed class Handshake(AssociationContext context)
{
    private const int UnrecognizedMax = 256;

    // COOKIE ECHO has to fit a packet of ours.
    private const int CookieLengthMax = 1024;

    private readonly StateCookie _cookie = new(context.Entropy);
    private byte[]? _initAck;
    private uint _initAckTag;
    private int _initAcksSent;
    private Instant _initAckSentAt;
    private bool _isNegotiated;

    /// <summary>Sends INIT; once more when it is called again before there is an answer.</summary>
    public void Connect()
    {
        if (context.State is AssociationState.Closed)
        {
            context.Enter(new AssociationState.CookieWait(new RetryTimer(context.Options.InitialRto)));
        }
        else if (context.State is AssociationState.CookieWait waiting)
        {
            waiting.Init.Demand();
        }
    }

    /// <summary>Is up without a handshake (draft-hancke-tsvwg-snap).</summary>
    public void Establish(Instant now, SctpInit peer, TimeSpan? roundTrip)
    {
        if (context.State is not AssociationState.Closed)
        {
            return;
        }

        _isNegotiated = true;
        var control = context.NewControl(new PeerParameters(
            context.LocalTag,
            peer.InitiateTag,
            context.InitialTsn,
            peer.InitialTsn,
            peer.ReceiveWindow,
            peer.Capabilities));
        if (roundTrip is { } measured)
        {
            control.Sender.RoundTrip.Observe(now, measured);
        }

        context.Establish(control);
    }

    /// <summary>Answers INIT without remembering it.</summary>
    public bool HandleInit(in InitChunk init)
    {
        if (context.State is not (AssociationState.Closed or AssociationState.CookieWait
            or AssociationState.CookieEchoed))
        {
            // A late copy needs no answer any more, and a restart would need another DTLS handshake. A peer whose
            // INIT came in its description may not have taken ours, and starts as if there were none.
            var isCopy = init.InitiateTag == context.State.Control?.Peer.PeerTag;
            context.Statistics.RestartsRefused += isCopy ? 0 : 1;
            if (!isCopy || !_isNegotiated)
            {
                return false;
            }
        }

        Span<byte> unrecognized = stackalloc byte[UnrecognizedMax];
        if (init.IsAck || !PeerCapabilities.TryParse(
            init.Parameters, out var capabilities, out _, unrecognized, out var unrecognizedLength))
        {
            return false;
        }

        // "upon receipt of an INIT in the COOKIE-WAIT state, an endpoint MUST respond with an INIT ACK chunk
        // using the same parameters it sent in its original INIT chunk (including its Verification Tag,
        // unchanged)".
        var peer = new PeerParameters(
            context.LocalTag,
            init.InitiateTag,
            context.InitialTsn,
            init.InitialTsn,
            init.ReceiveWindow,
            capabilities);
        _initAck = FormatInitAck(peer, unrecognized[..unrecognizedLength]);
        _initAckTag = init.InitiateTag;
        return true;
    }

    public bool HandleInitAck(Instant now, in InitChunk ack)
    {
        Span<byte> unrecognized = stackalloc byte[UnrecognizedMax];
        if (context.State is not AssociationState.CookieWait waiting
            || !ack.IsAck
            || !PeerCapabilities.TryParse(
                ack.Parameters, out var capabilities, out var cookie, unrecognized, out _)
            || cookie.IsEmpty
            || cookie.Length > CookieLengthMax)
        {
            return false;
        }

        var control = context.NewControl(new PeerParameters(
            context.LocalTag,
            ack.InitiateTag,
            context.InitialTsn,
            ack.InitialTsn,
            ack.ReceiveWindow,
            capabilities));
        if (waiting.Init.Tries == 1)
        {
            control.Sender.RoundTrip.Observe(now, now - waiting.Init.SentAt);
        }

        var echo = new RetryTimer(control.Sender.RoundTrip.Timeout);
        context.Enter(new AssociationState.CookieEchoed(control, cookie.ToArray(), echo));
        return true;
    }

    public bool HandleCookieEcho(Instant now, in OpaqueChunk echo)
    {
        if (!_cookie.TryRead(echo.Value, out var peer))
        {
            return false;
        }

        if (context.State.Control is { } existing)
        {
            // Section 5.2.4 action D: both tags match; "the endpoint SHOULD enter the ESTABLISHED state ...
            // and send a COOKIE ACK". Any other cookie would be a restart or a leftover.
            if (existing.Peer.PeerTag != peer.PeerTag)
            {
                context.Statistics.RestartsRefused++;
                return false;
            }

            existing.IsCookieAckOwed = true;
            if (context.State is AssociationState.CookieEchoed)
            {
                context.Establish(existing);
            }

            return true;
        }

        if (context.State is not (AssociationState.Closed or AssociationState.CookieWait))
        {
            return false;
        }

        var control = context.NewControl(peer);
        control.IsCookieAckOwed = true;
        if (_initAcksSent == 1)
        {
            control.Sender.RoundTrip.Observe(now, now - _initAckSentAt);
        }

        context.Establish(control);
        return true;
    }

    /// <summary>
    /// Takes COOKIE ACK, or DATA or SACK in its place: only an established peer sends those.
    /// </summary>
    public void HandleCookieAck(Instant now)
    {
        if (context.State is AssociationState.CookieEchoed echoed)
        {
            if (echoed.Echo.Tries == 1)
            {
                echoed.Block.Sender.RoundTrip.Observe(now, now - echoed.Echo.SentAt);
            }

            context.Establish(echoed.Block);
        }
    }

    public bool TryWriteInitAck(Instant now, ref PacketWriter writer, out uint peerTag)
    {
        peerTag = _initAckTag;
        if (_initAck is not { } initAck || !writer.TryReserve(initAck.Length, out var chunk))
        {
            return false;
        }

        initAck.CopyTo(chunk);
        _initAck = null;
        _initAcksSent++;
        _initAckSentAt = now;
        return true;
    }

    public void WriteInit(ref PacketWriter writer)
    {
        var init = OwnInit(isAck: false, PeerCapabilities.Announcement);
        if (writer.TryReserve(init.Length, out var chunk))
        {
            init.Write(chunk);
        }
    }

    private byte[] FormatInitAck(in PeerParameters peer, ReadOnlySpan<byte> unrecognized)
    {
        Span<byte> cookie = stackalloc byte[StateCookie.Length];
        _cookie.Write(cookie, peer);
        Span<byte> parameters = stackalloc byte[
            PeerCapabilities.Announcement.Length + StateCookie.Length + 8 + UnrecognizedMax];
        PeerCapabilities.Announcement.CopyTo(parameters);
        var length = PeerCapabilities.Announcement.Length;
        length += ParameterReader.Write(parameters[length..], ParameterType.StateCookie, cookie);
        unrecognized.CopyTo(parameters[length..]);
        length += unrecognized.Length;
        var initAck = OwnInit(isAck: true, parameters[..length]);
        var chunk = new byte[initAck.Length];
        initAck.Write(chunk);
        return chunk;
    }

    private InitChunk OwnInit(bool isAck, ReadOnlySpan<byte> parameters) => new()
    {
        IsAck = isAck,
        InitiateTag = context.LocalTag,
        ReceiveWindow = (uint)context.Options.ReceiveWindow,
        OutboundStreams = ushort.MaxValue,
        InboundStreams = ushort.MaxValue,
        InitialTsn = context.InitialTsn,
        Parameters = parameters,
    };
}
