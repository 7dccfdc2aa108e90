using System.Security.Cryptography;
using QuicPair.Client.Signaling;
using QuicPair.Client.Store;
using QuicPair.Protocol;
using QuicPair.Protocol.Signaling;
using QuicPair.Rtc.Sockets;

namespace QuicPair.Client.Session;

/// <summary>
/// Posts the offer under the right keys and proves the answer (QP/1 sections 3.1, 3.4, 3.6 and 5): mode 2 before mode
/// 1, each by the clock that the front door goes by.
/// </summary>
internal sealed class OfferExchange(SignalingClient signaling, TimeProvider clock)
{
    // QP/1 section 3.6.
    private const int MaxAddressees = 10;

    private readonly long _createdAt = clock.GetTimestamp();

    /// <summary>Gets an authentic answer of the only Mac, or of the one that the front door picks; or throws.</summary>
    /// <param name="peer">The connection that begins.</param>
    /// <param name="records">The pairings, at least one.</param>
    /// <param name="model">The model that the picked Mac should have, or null.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    public async Task<Offered> Run(
        PeerConnection peer, IReadOnlyList<PairingRecord> records, string? model, CancellationToken cancellation)
    {
        if (records is [var only])
        {
            return await Run(peer, only, cancellation);
        }

        try
        {
            var to = records.Select(record => new Candidate(record, AttemptKeys.InOrder(record).First()));
            if (await Try(peer, [.. to.Take(MaxAddressees)], model, cancellation) is { } offered)
            {
                return offered;
            }
        }
        catch (ConnectException failure) when (failure.Reason == ConnectFailure.FrontDoorBroken)
        {
            // A front door that does not know how to pick one.
        }

        return await RunEach(peer, records, cancellation);
    }

    /// <summary>Gets an authentic answer, or throws.</summary>
    public async Task<Offered> Run(PeerConnection peer, PairingRecord record, CancellationToken cancellation)
    {
        foreach (var keys in AttemptKeys.InOrder(record))
        {
            if (await Try(peer, [new Candidate(record, keys)], null, cancellation) is { } offered)
            {
                return offered;
            }
        }

        throw new ConnectException(ConnectFailure.Refused);
    }

    /// <summary>Posts an offer that only adds candidates; its answer says nothing new.</summary>
    /// <param name="offered">The offer that it adds to.</param>
    /// <param name="description">The same offer with more candidates.</param>
    /// <param name="record">The pairing with the Mac.</param>
    /// <param name="cancellation">Ends it.</param>
    public Task Add(
        Offered offered, string description, PairingRecord record, CancellationToken cancellation) =>
        signaling.ClockOf(record.Origin).Ask(ts =>
        {
            var nonce = RandomNumberGenerator.GetBytes(OfferAuthentication.NonceLength);
            var offer = Write(description, [new Candidate(record, offered.Keys)], null, nonce, ts);
            return signaling.PostOffer(record.Origin, offer, cancellation);
        });

    // Nobody who is here accepted: one that is away may, and that is not a refusal.
    private async Task<Offered> RunEach(
        PeerConnection peer, IReadOnlyList<PairingRecord> records, CancellationToken cancellation)
    {
        ConnectException? no = null;
        foreach (var record in records)
        {
            try
            {
                return await Run(peer, record, cancellation);
            }
            catch (ConnectException failure) when (failure.Reason is ConnectFailure.Refused
                or ConnectFailure.MacAway or ConnectFailure.MacUnknown or ConnectFailure.Busy or ConnectFailure.Version)
            {
                no = no is null || failure.IsPassing ? failure : no;
            }
        }

        throw no ?? new ConnectException(ConnectFailure.Refused);
    }

    private Task<Offered?> Try(
        PeerConnection peer, IReadOnlyList<Candidate> to, string? model, CancellationToken cancellation) =>
        signaling.ClockOf(to[0].Record.Origin).Ask(ts => Post(peer, to, model, ts, cancellation));

    private async Task<SignalingReply<Offered>> Post(
        PeerConnection peer, IReadOnlyList<Candidate> to, string? model, long ts, CancellationToken cancellation)
    {
        var nonce = RandomNumberGenerator.GetBytes(OfferAuthentication.NonceLength);
        var description = peer.LocalDescription;
        var offer = Write(description, to, model, nonce, ts);
        var postedAt = clock.GetTimestamp();
        var reply = await signaling.PostOffer(to[0].Record.Origin, offer, cancellation);
        if (reply.Answer is not { } answer)
        {
            return new SignalingReply<Offered>(null, reply.Now);
        }

        var chosen = Chosen(to, answer);
        var answerNonce = Prove(answer, chosen.Keys, nonce);
        Accept(peer, answer);
        var (signalingTime, answeredAfter) = (clock.GetElapsedTime(postedAt), clock.GetElapsedTime(_createdAt));
        var offered = new Offered(
            peer, chosen.Record, chosen.Keys, description, nonce, answerNonce, (byte)answer.Version, signalingTime,
            answeredAfter);
        return new SignalingReply<Offered>(offered, null);
    }

    private static OfferRequest Write(
        string sdp, IReadOnlyList<Candidate> to, string? model, byte[] nonce, long ts)
    {
        var versions = ProtocolVersion.Spoken.ToArray();
        var addressees = to.Select(each => new Addressee
        {
            Mac = each.Record.MacId,
            Device = each.Record.DeviceId,
            Auth = StrictBase64Url.Encode(
                OfferAuthentication.Offer(each.Keys.OfferKey, (ulong)ts, nonce, versions, sdp)),
        }).ToList();
        var offer = new OfferRequest
        {
            Sdp = sdp,
            Ts = ts,
            Nonce = StrictBase64Url.Encode(nonce),
            Versions = [.. versions.Select(version => (int)version)],
        };
        return addressees is [var one]
            ? offer with { Mac = one.Mac, Device = one.Device, Auth = one.Auth }
            : offer with { To = addressees, Model = model };
    }

    // Whichever it names, only that Mac can have made the answer's MAC.
    private static Candidate Chosen(IReadOnlyList<Candidate> to, OfferResponse answer) => to is [var only]
        ? only
        : to.FirstOrDefault(each => each.Record.MacId == answer.Mac)
            ?? throw new ConnectException(ConnectFailure.Forged);

    private static byte[] Prove(OfferResponse answer, AttemptKeys keys, byte[] nonce)
    {
        var (answerNonce, auth) = (new byte[OfferAuthentication.NonceLength], new byte[OfferAuthentication.Length]);
        if (!StrictBase64Url.TryDecode(answer.Nonce, answerNonce) || !StrictBase64Url.TryDecode(answer.Auth, auth))
        {
            throw new ConnectException(ConnectFailure.FrontDoorBroken);
        }

        if (answer.Version is < 1 or > byte.MaxValue || !ProtocolVersion.Spoken.Contains((byte)answer.Version))
        {
            throw new ConnectException(ConnectFailure.Version);
        }

        var expected = OfferAuthentication.Answer(
            keys.OfferKey, nonce, answerNonce, (byte)answer.Version, answer.Sdp);
        return OfferAuthentication.Verify(expected, auth) && SignaledSdp.TryCheck(answer.Sdp, out _)
            ? answerNonce
            : throw new ConnectException(ConnectFailure.Forged);
    }

    private static void Accept(PeerConnection peer, OfferResponse answer)
    {
        try
        {
            peer.SetRemoteDescription(answer.Sdp);
        }
        catch (SdpException failure)
        {
            throw new ConnectException(ConnectFailure.Protocol, failure);
        }
    }

    private sealed record Candidate(PairingRecord Record, AttemptKeys Keys);
}
