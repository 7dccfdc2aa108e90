using System.Net;
using System.Text;
using System.Text.Json;
using QuicPair.Protocol.Signaling;

namespace QuicPair.Client.Tests;

/// <summary>A front door before several Macs: carries offers for one, and picks where several may answer.</summary>
internal sealed class SeveralMacs(params TestMac[] macs) : HttpMessageHandler
{
    private readonly HttpMessageInvoker[] _doors = [.. macs.Select(mac => new HttpMessageInvoker(mac, false))];

    /// <summary>The Macs that are away.</summary>
    public HashSet<TestMac> Away { get; } = [];

    /// <summary>Called with each offer that meets a Mac which is away, before its refusal.</summary>
    public Action? OnAway { get; set; }

    /// <summary>Whether it is of a kind that cannot pick.</summary>
    public bool IsOld { get; set; }

    /// <summary>Whether it names another Mac than the one that answered.</summary>
    public bool NamesTheWrongMac { get; set; }

    /// <summary>What several might have answered, oldest first.</summary>
    public List<OfferRequest> Choices { get; } = [];

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = await request.Content!.ReadAsByteArrayAsync(cancellationToken);
        var offer = JsonSerializer.Deserialize(body, SignalingJson.Default.OfferRequest)!;
        if (offer.To is null)
        {
            return await Carry(request.RequestUri!, offer, cancellationToken);
        }

        if (IsOld)
        {
            return Reply(HttpStatusCode.BadRequest, """{"code":"bad_request"}""");
        }

        Choices.Add(offer);
        HttpResponseMessage? no = null;
        foreach (var to in offer.To)
        {
            var single = offer with { To = null, Model = null, Mac = to.Mac, Device = to.Device, Auth = to.Auth };
            var reply = await Carry(request.RequestUri!, single, cancellationToken);
            if (reply.StatusCode == HttpStatusCode.OK)
            {
                return await Name(reply, NamesTheWrongMac ? offer.To.First(other => other != to).Mac : to.Mac);
            }

            no = no is null || reply.StatusCode == HttpStatusCode.Forbidden ? reply : no;
        }

        return no!;
    }

    protected override void Dispose(bool disposing)
    {
        Array.ForEach(_doors, door => door.Dispose());
        base.Dispose(disposing);
    }

    private async Task<HttpResponseMessage> Carry(Uri uri, OfferRequest offer, CancellationToken cancellation)
    {
        var at = Array.FindIndex(macs, mac => Protocol.KeySchedule.MacId(mac.Static.PublicKey) == offer.Mac);
        if (Away.Contains(macs[at]))
        {
            if (uri.AbsolutePath == "/signaling/offer") OnAway?.Invoke();
            return Reply(HttpStatusCode.ServiceUnavailable, """{"code":"mac_offline"}""");
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, uri)
        {
            Content = new ByteArrayContent(
                JsonSerializer.SerializeToUtf8Bytes(offer, SignalingJson.Default.OfferRequest)),
        };
        return await _doors[at].SendAsync(request, cancellation);
    }

    private static async Task<HttpResponseMessage> Name(HttpResponseMessage reply, string mac)
    {
        var answer = JsonSerializer.Deserialize(
            await reply.Content.ReadAsByteArrayAsync(), SignalingJson.Default.OfferResponse)!;
        reply.Dispose();
        return Reply(
            HttpStatusCode.OK,
            JsonSerializer.Serialize(answer with { Mac = mac }, SignalingJson.Default.OfferResponse));
    }

    private static HttpResponseMessage Reply(HttpStatusCode status, string json) =>
        new(status) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
}
