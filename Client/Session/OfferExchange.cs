using System.Security.Cryptography;
using QuicPair.Client.Signaling;
using QuicPair.Client.Store;
using QuicPair.Protocol;
using QuicPair.Protocol.Signaling;
using QuicPair.Rtc.Sockets;

namespace QuicPair.Client.Session;

/// <summary>
/// Posts the offer under the right keys and proves the answer (QP/1 sections 3.1, 3.4 and 5): mode 2 before mode 1, one
/// more try with the Mac's clock when this one is far off.
/// </summary>
internal sealed class OfferExchange(SignalingClient signaling, TimeProvider clock)
{
    // QP/1 section 3.4: "A phone whose clock is off by more than 240 s retries once with ts corrected by now."
    private const long ToleratedSkew = 240;

    private long _correction;

    /// <summary>Gets an authentic answer, or throws.</summary>
    public async Task<Offered> Run(PeerConnection peer, PairingRecord record, CancellationToken cancellation)
    {
        var createdAt = clock.GetTimestamp();
        foreach (var keys in AttemptKeys.InOrder(record))
        {
            if (await TryMode(peer, record, keys, createdAt, cancellation) is { } offered)
            {
                return offered;
            }
        }

        throw new ConnectException(ConnectFailure.Refused);
    }

    /// <summary>Posts an offer that only adds candidates; its answer says nothing new.</summary>
    public async Task Add(Offered offered, PairingRecord record, CancellationToken cancellation)
    {
        var nonce = RandomNumberGenerator.GetBytes(OfferAuthentication.NonceLength);
        var now = clock.GetUtcNow().ToUnixTimeSeconds() + _correction;
        var offer = Write(offered.Peer.LocalDescription, record, offered.Keys, nonce, now);
        await signaling.PostOffer(record.Origin, offer, cancellation);
    }

    private async Task<Offered?> TryMode(
        PeerConnection peer, PairingRecord record, AttemptKeys keys, long createdAt, CancellationToken cancellation)
    {
        while (true)
        {
            var nonce = RandomNumberGenerator.GetBytes(OfferAuthentication.NonceLength);
            var now = clock.GetUtcNow().ToUnixTimeSeconds();
            var offer = Write(peer.LocalDescription, record, keys, nonce, now + _correction);
            var postedAt = clock.GetTimestamp();
            var reply = await signaling.PostOffer(record.Origin, offer, cancellation);
            if (reply.Answer is { } answer)
            {
                var answerNonce = Prove(answer, keys, nonce);
                Accept(peer, answer);
                var (signalingTime, answeredAfter) = (clock.GetElapsedTime(postedAt), clock.GetElapsedTime(createdAt));
                var version = (byte)answer.Version;
                return new Offered(peer, keys, nonce, answerNonce, version, signalingTime, answeredAfter);
            }

            if (_correction != 0 || reply.Now is not { } theirs || Math.Abs(theirs - now) <= ToleratedSkew)
            {
                return null;
            }

            _correction = theirs - now;
        }
    }

    private static OfferRequest Write(string sdp, PairingRecord record, AttemptKeys keys, byte[] nonce, long ts)
    {
        var versions = ProtocolVersion.Spoken;
        var auth = OfferAuthentication.Offer(keys.OfferKey, (ulong)ts, nonce, versions, sdp);
        return new OfferRequest
        {
            Mac = record.MacId,
            Device = record.DeviceId,
            Sdp = sdp,
            Ts = ts,
            Nonce = StrictBase64Url.Encode(nonce),
            Versions = [.. versions],
            Auth = StrictBase64Url.Encode(auth),
        };
    }

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
}
