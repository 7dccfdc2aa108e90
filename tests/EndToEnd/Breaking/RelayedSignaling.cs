using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using QuicPair.Protocol;
using QuicPair.Protocol.Signaling;

namespace QuicPair.EndToEnd.Breaking;

/// <summary>
/// Puts a <see cref="UdpRelay"/> between a phone and its Mac by rewriting the candidates of both descriptions. Only
/// somebody with the phone's offer key can: they are signed, and this signs them again.
/// </summary>
internal sealed partial class RelayedSignaling(UdpRelay relay, Func<byte[]> offerKey)
    : DelegatingHandler(new SocketsHttpHandler())
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (!request.RequestUri!.AbsolutePath.EndsWith("/offer", StringComparison.Ordinal))
        {
            return await base.SendAsync(request, cancellationToken);
        }

        var offer = JsonNode.Parse(await request.Content!.ReadAsStringAsync(cancellationToken))!;
        var (nonce, key) = (Bytes(offer["nonce"]!), offerKey());
        var sdp = WithOnly(relay.PortForMac, (string)offer["sdp"]!);
        offer["sdp"] = sdp;
        offer["auth"] = StrictBase64Url.Encode(
            OfferAuthentication.Offer(key, (ulong)(long)offer["ts"]!, nonce, [1], sdp));
        request.Content = Json(offer);

        var response = await base.SendAsync(request, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            return response;
        }

        var answer = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken))!;
        var theirs = (string)answer["sdp"]!;
        relay.LeadTo(int.Parse(Candidate().Match(theirs).Groups["port"].Value));
        var shown = WithOnly(relay.PortForPhone, theirs);
        answer["sdp"] = shown;
        answer["auth"] = StrictBase64Url.Encode(
            OfferAuthentication.Answer(key, nonce, Bytes(answer["nonce"]!), (byte)answer["version"]!, shown));
        response.Content = Json(answer);
        return response;
    }

    private static string WithOnly(int port, string sdp)
    {
        var first = true;
        return Candidate().Replace(sdp, _ =>
        {
            var line = first ? $"a=candidate:1 1 udp 2122260223 127.0.0.1 {port} typ host\r\n" : "";
            first = false;
            return line;
        });
    }

    private static byte[] Bytes(JsonNode text)
    {
        var bytes = new byte[16];
        return StrictBase64Url.TryDecode((string)text!, bytes) ? bytes : throw new FormatException();
    }

    private static StringContent Json(JsonNode body) => new(body.ToJsonString(), Encoding.UTF8, "application/json");

    [GeneratedRegex(@"a=candidate:\S+ 1 \S+ \d+ \S+ (?<port>\d+) typ host[^\r]*\r\n")]
    private static partial Regex Candidate();
}
