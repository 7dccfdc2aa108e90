using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using QuicPair.Protocol;
using QuicPair.Protocol.Signaling;
using QuicPair.Rtc.Sockets;
using Xunit;

namespace QuicPair.EndToEnd.BadInput;

/// <summary>
/// Somebody with a good link who does not keep to the protocol: signs any description, says anything on the channel.
/// </summary>
internal sealed class RawPhone : IAsyncDisposable
{
    private readonly RtcHost _rtc = RtcHost.Start(new RtcHostOptions { AdvertiseLoopback = true });
    private readonly HttpClient _http = new();
    private readonly PairingLink _link;

    public RawPhone(string link)
    {
        Assert.True(PairingLink.TryParse(link, out var parsed, out string problem), problem);
        _link = parsed;
        Peer = _rtc.CreateOffer(new PeerOptions { Channels = [new ChannelOptions("llm")] });
    }

    public PeerConnection Peer { get; }

    /// <summary>Posts a description under the invitation's key.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Body)> Offer(string sdp)
    {
        var (nonce, ts) = (RandomNumberGenerator.GetBytes(16), DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        var key = KeySchedule.OfferKey(_link.Secret);
        var auth = OfferAuthentication.Offer(key, (ulong)ts, nonce, [1], sdp);
        return await Post(new
        {
            v = 1,
            mac = KeySchedule.MacId(_link.MacPublicKey),
            device = KeySchedule.DeviceId(_link.Secret),
            sdp,
            ts,
            nonce = StrictBase64Url.Encode(nonce),
            versions = new[] { 1 },
            auth = StrictBase64Url.Encode(auth),
        });
    }

    /// <summary>Posts anything to the front door.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Body)> Post(object offer)
    {
        var address = new Uri(new Uri(_link.Origin), "/signaling/offer");
        using var reply = await _http.PostAsJsonAsync(address, offer, TestContext.Current.CancellationToken);
        await using var stream = await reply.Content.ReadAsStreamAsync();
        using var body = await JsonDocument.ParseAsync(stream);
        return (reply.StatusCode, body.RootElement.Clone());
    }

    /// <summary>Connects as far as the open channel; the Mac's description is the result.</summary>
    public async Task<(DataChannel Channel, string MacSdp)> Connect()
    {
        var (status, body) = await Offer(Peer.LocalDescription);
        Assert.Equal(HttpStatusCode.OK, status);
        var sdp = body.GetProperty("sdp").GetString()!;
        Peer.SetRemoteDescription(sdp);
        return (await Peer.AcceptChannel(TestContext.Current.CancellationToken), sdp);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _rtc.DisposeAsync();
    }
}
