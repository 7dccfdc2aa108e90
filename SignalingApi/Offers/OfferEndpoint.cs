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

    public static async Task<IResult> Handle(HttpContext http, MacCalls macs, MacChoice choice)
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

        http.Response.Headers.CacheControl = "no-store";
        return envelope.IsChoice
            ? await Choose(envelope, choice, http.RequestAborted)
            : await Carry(envelope, macs, http.RequestAborted);
    }

    private static async Task<IResult> Carry(
        SignalingEnvelope envelope, MacCalls macs, CancellationToken cancellation)
    {
        var to = envelope.To[0];
        var (mac, absent) = macs.Find(to.Mac);
        if (absent is not null)
        {
            return absent;
        }

        var offer = envelope.ToOffer(mac, to);
        var (reply, unanswered) = await macs.Ask(mac, grain => grain.Offer(offer), cancellation);
        return unanswered ?? Objection(reply) ?? Say(reply, null);
    }

    private static async Task<IResult> Choose(
        SignalingEnvelope envelope, MacChoice choice, CancellationToken cancellation)
    {
        var (chosen, reply, problem) = await choice.Ask(
            envelope, (grain, mac, to) => grain.Offer(envelope.ToOffer(mac, to)), Objection, cancellation);
        return problem ?? Say(reply, chosen.Value);
    }

    private static Problem? Objection(OfferReply? reply) => reply switch
    {
        { Answer: not null } => null,
        { Problem: OfferProblem.BadSdp } => Problem.BadRequest,
        { Problem: OfferProblem.Version } => Problem.Version,
        { Problem: OfferProblem.Rate } => Problem.Rate,
        { Problem: OfferProblem.Overloaded } => Problem.Busy,
        { Problem: OfferProblem.Draining } => Problem.MacOffline,
        _ => Problem.Refused,
    };

    private static IResult Say(OfferReply? reply, string? mac) =>
        Results.Json(Write(reply!.Answer!) with { Mac = mac }, SignalingJson.Wire.OfferResponse);

    private static OfferResponse Write(AnswerEnvelope answer) => new(
        1,
        answer.Sdp,
        Base64Url.EncodeToString(answer.Nonce.AsSpan()),
        answer.Version,
        Base64Url.EncodeToString(answer.Auth.AsSpan()));
}
