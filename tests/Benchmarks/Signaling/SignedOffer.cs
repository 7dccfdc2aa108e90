using System.Text.Json;
using QuicPair.Protocol;
using QuicPair.Protocol.Signaling;

namespace QuicPair.Benchmarks.Signaling;

/// <summary>An offer that can be posted once, and what proves its answer (QP/1 section 3.1).</summary>
internal sealed class SignedOffer(byte[] body, byte[] nonce, byte[] offerKey)
{
    /// <summary>The body of the request.</summary>
    public byte[] Body { get; } = body;

    /// <summary>Whether the body of a reply is the Mac's own answer to this offer.</summary>
    /// <exception cref="JsonException">It is no answer at all.</exception>
    public bool IsAnsweredBy(byte[] content)
    {
        var answer = JsonSerializer.Deserialize(content, SignalingJson.Default.OfferResponse);
        var answerNonce = new byte[OfferAuthentication.NonceLength];
        var auth = new byte[OfferAuthentication.Length];
        return answer is { Sdp: not null, Nonce: not null, Auth: not null, Version: ProtocolVersion.Current }
            && StrictBase64Url.TryDecode(answer.Nonce, answerNonce)
            && StrictBase64Url.TryDecode(answer.Auth, auth)
            && OfferAuthentication.Verify(
                OfferAuthentication.Answer(offerKey, nonce, answerNonce, ProtocolVersion.Current, answer.Sdp), auth);
    }
}
