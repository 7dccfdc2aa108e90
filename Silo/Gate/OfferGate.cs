using System.Collections.Immutable;
using System.Security.Cryptography;
using QuicPair.Grains.Interfaces;
using QuicPair.Grains.Ports;
using QuicPair.Protocol;
using QuicPair.Protocol.Handshake;
using QuicPair.Protocol.Signaling;
using QuicPair.SignalingApi.Telemetry;
using QuicPair.Silo.Keys;

namespace QuicPair.Silo.Gate;

/// <summary>Checks offers and requests for ICE servers against the key file in memory (docs/protocol.md, 3).</summary>
internal sealed class OfferGate : IOfferGate
{
    // From the protocol.
    private const long ClockSkewSeconds = 300;

    private readonly KeyStore _keys;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly NonceMemory _offers = new();
    private readonly NonceMemory _iceRequests = new();

    // An unknown device costs the same work as a known one.
    private readonly byte[] _nobody = RandomNumberGenerator.GetBytes(KeySchedule.KeyLength);

    public OfferGate(KeyStore keys, TimeProvider time)
    {
        _keys = keys;
        _time = time;
        keys.Deleted = Forget;
    }

    public OfferVerdict Verify(OfferEnvelope offer)
    {
        using var activity = Meters.Activities.StartActivity("quicpair.offer.verify");
        var verdict = Judge(offer, out var reason);
        activity?.SetTag("quicpair.reason", reason ?? "none");
        if (reason is not null) _keys.Audit?.Refused(offer.Device.Value, reason);
        return verdict;
    }

    // The reason is for the owner; the phone hears the same word whatever it is.
    private OfferVerdict Judge(OfferEnvelope offer, out string? reason)
    {
        var device = offer.Device.Value;
        var nonce = offer.Nonce.AsSpan();
        var isWellFormed = IsWellFormed(offer.Timestamp, nonce, offer.Auth.AsSpan());
        (var record, var invitation, reason) = Match(device, isWellFormed, key => Fits(offer, key));
        if (reason is not null) return Rejected(OfferProblem.Refused);
        lock (_lock)
        {
            var now = _time.GetUtcNow();
            if (_offers.Find(device, nonce) is { } known)
            {
                var repeated = Repeat(known, offer, now);
                if (repeated is OfferVerdict.Rejected) reason = "repeated";
                return repeated;
            }

            // Who was deleted since is forgotten already, and must leave nothing behind that.
            if (_keys.Find(device) is (null, null))
            {
                reason = "unknown";
                return Rejected(OfferProblem.Refused);
            }

            var until = DateTimeOffset.FromUnixTimeSeconds(offer.Timestamp + ClockSkewSeconds + 1);
            var memory = new OfferMemory(nonce.ToArray(), offer.Auth.AsSpan().ToArray(), until);
            if (!_offers.TryAdd(device, memory, now))
            {
                reason = "rate";
                return Rejected(OfferProblem.Rate);
            }

            if (!ProtocolVersion.TryChoose(offer.Versions.AsSpan(), out var version))
            {
                reason = "version";
                return Rejected(OfferProblem.Version);
            }

            if (!SignaledSdp.TryCheck(offer.Sdp, out _))
            {
                reason = "sdp";
                return Rejected(OfferProblem.BadSdp);
            }

            memory.Verified = record is not null
                ? new VerifiedOffer(device, PairingMode.Paired, record.OfferKey, version, record, null)
                : new VerifiedOffer(device, PairingMode.Invited, invitation!.OfferKey, version, null, invitation);
            return new OfferVerdict.Verified();
        }
    }

    public bool Authenticate(IceEnvelope envelope)
    {
        var device = envelope.Device.Value;
        var nonce = envelope.Nonce.AsSpan();
        var isWellFormed = IsWellFormed(envelope.Timestamp, nonce, envelope.Auth.AsSpan());
        if (Match(device, isWellFormed, key => Fits(envelope, key)).Reason is not null) return false;
        lock (_lock)
        {
            if (_iceRequests.Find(device, nonce) is not null) return false;
            var until = DateTimeOffset.FromUnixTimeSeconds(envelope.Timestamp + ClockSkewSeconds + 1);
            var memory = new OfferMemory(nonce.ToArray(), [], until);
            return _iceRequests.TryAdd(device, memory, _time.GetUtcNow());
        }
    }

    /// <summary>What was verified of an offer; null when it was not, or was taken already.</summary>
    public VerifiedOffer? Take(OfferEnvelope offer)
    {
        lock (_lock)
        {
            var memory = _offers.Find(offer.Device.Value, offer.Nonce.AsSpan());
            var verified = memory?.Verified;
            if (memory is not null) memory.Verified = null;
            return verified;
        }
    }

    /// <summary>Keeps the answer for repeats of its offer.</summary>
    public void Answered(OfferEnvelope offer, AnswerEnvelope answer)
    {
        lock (_lock)
        {
            if (_offers.Find(offer.Device.Value, offer.Nonce.AsSpan()) is not { } memory) return;
            memory.Answer = answer;
            memory.AnsweredAt = _time.GetUtcNow();
        }
    }

    /// <summary>The offer's peer is live or gone: repeats of the offer are refused.</summary>
    public void Finished(string device, ReadOnlySpan<byte> offerNonce)
    {
        lock (_lock)
        {
            if (_offers.Find(device, offerNonce) is { } memory) memory.Answer = null;
        }
    }

    /// <summary>The device or the invitation is deleted: what was verified of it, with its keys, goes too.</summary>
    private void Forget(string device)
    {
        lock (_lock)
        {
            _offers.Forget(device);
            _iceRequests.Forget(device);
        }
    }

    private static OfferVerdict.Rejected Rejected(OfferProblem problem) => new(problem);

    private static OfferVerdict Repeat(OfferMemory known, OfferEnvelope offer, DateTimeOffset now)
    {
        if (!OfferAuthentication.Verify(known.Auth, offer.Auth.AsSpan())) return Rejected(OfferProblem.Refused);

        // It did not reach its pairing, and the cluster asks again: taken once, it still makes one peer.
        if (known.Verified is not null) return new OfferVerdict.Verified();
        return known.Answer is { } answer && now - known.AnsweredAt <= NonceMemory.RepeatWindow
            ? new OfferVerdict.Repeated(answer)
            : Rejected(OfferProblem.Refused);
    }

    /// <summary>A list that breaks the rules stands for one that no auth fits, or that has nothing in common.</summary>
    private static ReadOnlySpan<byte> Listed(ImmutableArray<byte> versions) =>
        ProtocolVersion.IsValidList(versions.AsSpan()) ? versions.AsSpan() : [0];

    /// <summary>
    /// The record or the invitation whose key an envelope was made with; else why there is none, for the owner. Both
    /// are tried, with nobody's key where there is none, whatever the one or the rest of the envelope says: the time
    /// that it takes does not tell a stranger which devices there are. So no operator here skips its right side.
    /// </summary>
    private (DeviceRecord? Record, Invitation? Invitation, string? Reason) Match(
        string device, bool isWellFormed, Func<byte[], bool> fits)
    {
        var (record, invitation) = _keys.Find(device);
        var recordFits = fits(record?.OfferKey ?? _nobody) & record is not null;
        var invitationFits = fits(invitation?.OfferKey ?? _nobody) & invitation is not null;
        if (isWellFormed & (recordFits | invitationFits))
        {
            return (recordFits ? record : null, invitationFits ? invitation : null, null);
        }

        var reason = (record, invitation) is (null, null) ? "unknown" : isWellFormed ? "auth" : "time";
        return (null, null, reason);
    }

    private bool IsWellFormed(long timestamp, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> auth) =>
        timestamp >= 0
        & Math.Abs((decimal)timestamp - _time.GetUtcNow().ToUnixTimeSeconds()) <= ClockSkewSeconds
        & nonce.Length == OfferAuthentication.NonceLength
        & auth.Length == OfferAuthentication.Length;

    private static bool Fits(OfferEnvelope offer, byte[] key) => OfferAuthentication.Verify(
        OfferAuthentication.Offer(
            key, unchecked((ulong)offer.Timestamp), offer.Nonce.AsSpan(),
            Listed(offer.Versions), offer.Sdp),
        offer.Auth.AsSpan());

    private static bool Fits(IceEnvelope envelope, byte[] key) => OfferAuthentication.Verify(
        OfferAuthentication.Ice(
            key, unchecked((ulong)envelope.Timestamp), envelope.Nonce.AsSpan(),
            Listed(envelope.Versions)),
        envelope.Auth.AsSpan());
}
