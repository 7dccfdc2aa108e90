using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Stun;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Turn;

/// <summary>What travels through the relay. Nothing here allocates for a peer that is known.</summary>
public sealed partial class TurnClient
{
    /// <summary>Bytes that wrapping adds at most.</summary>
    public const int Overhead = StunHeader.Length + 4 + 20 + 4 + 3;

    // RFC 7983, 7: the first byte of STUN is at most 3; everything else is data and worth a channel.
    private const byte LastStunByte = 3;

    /// <summary>
    /// Wraps a payload for <paramref name="peer"/>: on its channel once that is bound, in a Send indication before.
    /// What the peer needs for it, a permission or a channel, is asked for by the next <see cref="TryTransmit"/>.
    /// Returns the length, or 0 when the payload cannot be sent.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="peer">Whom it is for.</param>
    /// <param name="payload">What is sent.</param>
    /// <param name="destination">At least <see cref="Overhead"/> bytes more than the payload.</param>
    public int Wrap(
        Instant now, TransportAddress peer, ReadOnlySpan<byte> payload, Span<byte> destination)
    {
        if (State != TurnState.Allocated || RelayedFor(peer) is null || peer.IsUnusable) return 0;
        if (_peers.FindOrAdd(now, peer) is not { } known || known.ForbiddenUntil > now)
        {
            Drop();
            return 0;
        }

        known.LastUsed = now;
        known.WantsChannel |= payload is [> LastStunByte, ..];
        AskFor(now, known);
        var length = known.IsBound
            ? ChannelData.Write(destination, known.Channel, payload, _isStream)
            : DataIndication.Write(destination, TransactionId.Create(_entropy), peer, payload);
        if (length > 0) Counters = Counters with { PacketsRelayed = Counters.PacketsRelayed + 1 };
        return length;
    }

    /// <summary>
    /// Takes one message of the server. True when it carries a payload, which is valid until the message's buffer is
    /// used again; anything else is dealt with inside. It never throws.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="message">One datagram, or one message of the stream.</param>
    /// <param name="peer">Who sent the payload.</param>
    /// <param name="payload">What it sent.</param>
    public bool TryReceive(
        Instant now, ReadOnlySpan<byte> message, out TransportAddress peer, out ReadOnlySpan<byte> payload)
    {
        peer = default;
        payload = default;
        if (ChannelData.IsChannelData(message))
        {
            if (!ChannelData.TryParse(message, out var channel, out payload)
                || _peers.FindByChannel(channel) is not { } bound)
            {
                Drop();
                return false;
            }

            peer = bound.Address;
        }
        else if (!DataIndication.TryParse(message, out peer, out payload))
        {
            HandleAnswer(now, message);
            return false;
        }

        // RFC 8656, 11.4: data of an address that the client does not believe to have a permission for "SHOULD" be
        // discarded.
        if (State != TurnState.Allocated || !_peers.IsHostKnown(peer))
        {
            Drop();
            return false;
        }

        Counters = Counters with { PacketsReceived = Counters.PacketsReceived + 1 };
        return true;
    }

    /// <summary>A channel brings a permission with it (RFC 8656, section 12.1).</summary>
    private void AskFor(Instant now, RelayedPeer peer)
    {
        if (peer.IsAsking) return;
        var isDue = peer.RenewAt <= now;
        var mayBind = peer.WantsChannel && !(peer.NoChannelUntil > now) && (!peer.IsBound || isDue);
        if (mayBind && _peers.TryAssignChannel(now, peer))
        {
            Ask(new TurnRequest(StunMethod.ChannelBind, peer));
            return;
        }

        // All numbers are taken; looking for one at every packet would cost too much.
        if (mayBind) peer.NoChannelUntil = now + TurnTimings.ForbiddenFor;
        if (!peer.IsPermitted || isDue) Ask(new TurnRequest(StunMethod.CreatePermission, peer));
    }

    private void RenewPeers(Instant now)
    {
        _peers.ForgetIdle(now);
        foreach (var peer in _peers.All)
        {
            if (peer.IsPermitted && peer.RenewAt <= now) AskFor(now, peer);
        }

        _lookAt = now + TurnTimings.LookEvery;
    }
}
