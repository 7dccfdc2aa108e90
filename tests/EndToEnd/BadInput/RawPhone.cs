using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using QuicPair.Protocol;
using QuicPair.Protocol.Handshake;
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

    public RawPhone(string link)
    {
        Assert.True(PairingLink.TryParse(link, out var parsed, out string problem), problem);
        Link = parsed;
        Peer = _rtc.CreateOffer(new PeerOptions { Channels = [new ChannelOptions("llm")] });
    }

    public PairingLink Link { get; }

    public PeerConnection Peer { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A good offer.</summary>
    public RawOffer Good() => RawOffer.Of(Link, Peer.LocalDescription);

    /// <summary>Posts a description under the invitation's key.</summary>
    public Task<(HttpStatusCode Status, JsonElement Body)> Offer(string sdp) => Offer(RawOffer.Of(Link, sdp));

    /// <summary>Signs and posts an offer.</summary>
    public Task<(HttpStatusCode Status, JsonElement Body)> Offer(RawOffer offer) => Post(offer.Sign());

    /// <summary>Posts anything to the front door.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Body)> Post(object offer)
    {
        var address = new Uri(new Uri(Link.Origin), "/signaling/offer");
        using var reply = await _http.PostAsJsonAsync(address, offer, Cancellation);
        await using var stream = await reply.Content.ReadAsStreamAsync(Cancellation);
        using var body = await JsonDocument.ParseAsync(stream, default, Cancellation);
        return (reply.StatusCode, body.RootElement.Clone());
    }

    /// <summary>Connects as far as the open channel; the Mac's description is the result.</summary>
    public async Task<(DataChannel Channel, string MacSdp)> Connect()
    {
        var (channel, answer) = await Connect(Good());
        return (channel, answer.GetProperty("sdp").GetString()!);
    }

    /// <summary>Connects, shakes hands and completes the pairing, so that anything can be said in frames.</summary>
    public async Task<RawSession> Pair()
    {
        var offer = Good();
        var (channel, answer) = await Connect(offer);
        var answerNonce = new byte[OfferAuthentication.NonceLength];
        Assert.True(StrictBase64Url.TryDecode(answer.GetProperty("nonce").GetString()!, answerNonce));
        var prologue = Prologue.Write(
            PairingMode.Invited, Peer.LocalCertificate.Span, Peer.RemoteCertificate.Span, offer.Nonce, answerNonce,
            [1], 1);
        return await RawSession.Pair(channel, prologue, Link);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _rtc.DisposeAsync();
    }

    private async Task<(DataChannel Channel, JsonElement Answer)> Connect(RawOffer offer)
    {
        var (status, body) = await Offer(offer);
        Assert.Equal(HttpStatusCode.OK, status);
        Peer.SetRemoteDescription(body.GetProperty("sdp").GetString()!);
        return (await Peer.AcceptChannel(Cancellation), body);
    }
}
