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
    // Ours: an envelope without a description.
    private const int MaxBody = 1024;

    public static async Task<IResult> Handle(HttpContext http, MacCalls macs, IceServers servers)
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

        var (mac, absent) = macs.Find(envelope.Mac);
        if (absent is not null)
        {
            return absent;
        }

        var request = envelope.ToIce(mac);
        var (authentic, unanswered) =
            await macs.Ask(mac, grain => grain.Authenticate(request), http.RequestAborted);
        if (unanswered is not null)
        {
            return unanswered;
        }

        if (!authentic)
        {
            return Problem.Refused;
        }

        http.Response.Headers.CacheControl = "no-store";
        return Results.Json(new IceResponse(1, servers.ForOnePhone()), SignalingJson.Wire.IceResponse);
    }
}
