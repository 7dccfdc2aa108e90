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
internal sealed class OfferGate(KeyStore keys, TimeProvider time) : IOfferGate
{
    // From the protocol.
    private const long ClockSkewSeconds = 300;

    private readonly Lock _lock = new();
    private readonly NonceMemory _offers = new();
    private readonly NonceMemory _iceRequests = new();

    // An unknown device costs the same work as a known one.
    private readonly byte[] _nobody = RandomNumberGenerator.GetBytes(KeySchedule.KeyLength);

    public OfferVerdict Verify(OfferEnvelope offer)
    {
        using var activity = Meters.Activities.StartActivity("quicpair.offer.verify");
        var verdict = Judge(offer, out var reason);
        activity?.SetTag("quicpair.reason", reason ?? "none");
        if (reason is not null) keys.Audit?.Refused(offer.Device.Value, reason);
        return verdict;
    }

    // The reason is for the owner; the phone hears the same word whatever it is.
    private OfferVerdict Judge(OfferEnvelope offer, out string? reason)
    {
        reason = null;
        var device = offer.Device.Value;
        var (record, invitation) = keys.Find(device);
        var nonce = offer.Nonce.AsSpan();
        var wellFormed = IsWellFormed(offer.Timestamp, nonce, offer.Auth.AsSpan());
        var recordFits = Fits(offer, record?.OfferKey) & record is not null;
        var invitationFits = Fits(offer, invitation?.OfferKey) & invitation is not null;
        if (!wellFormed || !(recordFits || invitationFits))
        {
            reason = (record, invitation) is (null, null) ? "unknown" : wellFormed ? "auth" : "time";
            return Rejected(OfferProblem.Refused);
        }

        lock (_lock)
        {
            var now = time.GetUtcNow();
            if (_offers.Find(device, nonce) is { } known)
            {
                var repeated = Repeat(known, offer, now);
                if (repeated is OfferVerdict.Rejected) reason = "repeated";
                return repeated;
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

            memory.Verified = recordFits
                ? new VerifiedOffer(device, PairingMode.Paired, record!.OfferKey, version, record, null)
                : new VerifiedOffer(device, PairingMode.Invited, invitation!.OfferKey, version, null, invitation);
            return new OfferVerdict.Verified();
        }
    }

    public bool Authenticate(IceEnvelope envelope)
    {
        var device = envelope.Device.Value;
        var (record, invitation) = keys.Find(device);
        var nonce = envelope.Nonce.AsSpan();
        var wellFormed = IsWellFormed(envelope.Timestamp, nonce, envelope.Auth.AsSpan());
        var recordFits = Fits(envelope, record?.OfferKey) & record is not null;
        var invitationFits = Fits(envelope, invitation?.OfferKey) & invitation is not null;
        if (!wellFormed || !(recordFits || invitationFits)) return false;
        lock (_lock)
        {
            if (_iceRequests.Find(device, nonce) is not null) return false;
            var until = DateTimeOffset.FromUnixTimeSeconds(envelope.Timestamp + ClockSkewSeconds + 1);
            var memory = new OfferMemory(nonce.ToArray(), [], until);
            return _iceRequests.TryAdd(device, memory, time.GetUtcNow());
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
            memory.AnsweredAt = time.GetUtcNow();
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

    private bool IsWellFormed(long timestamp, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> auth) =>
        timestamp >= 0
        & Math.Abs((decimal)timestamp - time.GetUtcNow().ToUnixTimeSeconds()) <= ClockSkewSeconds
        & nonce.Length == OfferAuthentication.NonceLength
        & auth.Length == OfferAuthentication.Length;

    private bool Fits(OfferEnvelope offer, byte[]? key) => OfferAuthentication.Verify(
        OfferAuthentication.Offer(
            key ?? _nobody, unchecked((ulong)offer.Timestamp), offer.Nonce.AsSpan(),
            Listed(offer.Versions), offer.Sdp),
        offer.Auth.AsSpan());

    private bool Fits(IceEnvelope envelope, byte[]? key) => OfferAuthentication.Verify(
        OfferAuthentication.Ice(
            key ?? _nobody, unchecked((ulong)envelope.Timestamp), envelope.Nonce.AsSpan(),
            Listed(envelope.Versions)),
        envelope.Auth.AsSpan());
}
