using System.Buffers.Text;
using QuicPair.Grains.Interfaces;
using QuicPair.SignalingApi.Fleet;
using QuicPair.SignalingApi.Problems;
using QuicPair.SignalingApi.Requests;

namespace QuicPair.SignalingApi.Offers;

/// <summary>
/// <c>POST /signaling/offer</c> (docs/protocol.md, 3.1): carries an offer to its Mac and the answer back.
/// </summary>
internal static class OfferEndpoint
{
    // docs/protocol.md, 3.1: "at most 16 KiB".
    private const int MaxBody = 16 * 1024;

    public static async Task<IResult> Handle(HttpContext http, MacCalls macs)
    {
        var (body, unread) = await BodyReader.Read(http, MaxBody);
        if (unread is not null)
        {
            return unread;
        }

        if (!EnvelopeReader.TryRead(body, withSdp: true, out var envelope, out var problem))
        {
            return problem;
        }

        var (mac, absent) = macs.Find(envelope.Mac);
        if (absent is not null)
        {
            return absent;
        }

        var offer = envelope.ToOffer(mac);
        var (reply, unanswered) = await macs.Ask(mac, grain => grain.Offer(offer), http.RequestAborted);
        return unanswered ?? Say(http, reply);
    }

    private static IResult Say(HttpContext http, OfferReply? reply)
    {
        http.Response.Headers.CacheControl = "no-store";
        return reply switch
        {
            { Answer: { } answer } => Results.Json(Write(answer), SignalingJson.Wire.OfferResponse),
            { Problem: OfferProblem.BadSdp } => Problem.BadRequest,
            { Problem: OfferProblem.Version } => Problem.Version,
            { Problem: OfferProblem.Rate } => Problem.Rate,
            { Problem: OfferProblem.Overloaded } => Problem.Busy,
            { Problem: OfferProblem.Draining } => Problem.MacOffline,
            _ => Problem.Refused,
        };
    }

    private static OfferResponse Write(AnswerEnvelope answer) => new(
        1,
        answer.Sdp,
        Base64Url.EncodeToString(answer.Nonce.AsSpan()),
        answer.Version,
        Base64Url.EncodeToString(answer.Auth.AsSpan()));
}
