using QuicPair.SignalingApi.Fleet;
using QuicPair.SignalingApi.Problems;
using QuicPair.SignalingApi.Requests;

namespace QuicPair.SignalingApi.Ice;

/// <summary>
/// <c>POST /signaling/ice</c> (docs/protocol.md, 3.2): tells a phone that its Mac vouches for which servers
/// to use.
/// </summary>
internal static class IceEndpoint
{
    // Ours: an envelope without a description, with ten addressees.
    private const int MaxBody = 2048;

    public static async Task<IResult> Handle(HttpContext http, MacCalls macs, MacChoice choice, IceServers servers)
    {
        var (body, unread) = await BodyReader.Read(http, MaxBody);
        if (unread is not null)
        {
            return unread;
        }

        if (!EnvelopeReader.TryRead(body, withSdp: false, out var envelope, out var problem))
        {
            return problem;
        }

        var refused = envelope.IsChoice
            ? await AskAny(envelope, choice, http.RequestAborted)
            : await AskOne(envelope, macs, http.RequestAborted);
        if (refused is not null)
        {
            return refused;
        }

        http.Response.Headers.CacheControl = "no-store";
        return Results.Json(servers.ForOnePhone(), SignalingJson.Wire.IceResponse);
    }

    private static async Task<Problem?> AskOne(
        SignalingEnvelope envelope, MacCalls macs, CancellationToken cancellation)
    {
        var to = envelope.To[0];
        var (mac, absent) = macs.Find(to.Mac);
        if (absent is not null)
        {
            return absent;
        }

        var request = envelope.ToIce(mac, to);
        var (authentic, unanswered) = await macs.Ask(mac, grain => grain.Authenticate(request), cancellation);
        return unanswered ?? Objection(authentic);
    }

    private static async Task<Problem?> AskAny(
        SignalingEnvelope envelope, MacChoice choice, CancellationToken cancellation)
    {
        var (_, _, problem) = await choice.Ask(
            envelope, (grain, mac, to) => grain.Authenticate(envelope.ToIce(mac, to)), Objection, cancellation);
        return problem;
    }

    private static Problem? Objection(bool authentic) => authentic ? null : Problem.Refused;
}
