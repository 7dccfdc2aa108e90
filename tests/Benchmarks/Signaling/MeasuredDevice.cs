using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using QuicPair.Protocol;
using QuicPair.Protocol.Signaling;

namespace QuicPair.Benchmarks.Signaling;

/// <summary>A device of a Mac that signs offers as the C# client does.</summary>
/// <param name="mac">The Mac's id.</param>
/// <param name="id">The device's id at that Mac.</param>
/// <param name="offerKey">The key of its offers.</param>
internal sealed class MeasuredDevice(string mac, string id, byte[] offerKey)
{
    // QP/1 section 1: writers escape only what JSON requires.
    private static readonly SignalingJson Json = new(new JsonSerializerOptions
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    public string Id { get; } = id;

    /// <summary>A fresh nonce, the clock of now, and the MAC over both and the description.</summary>
    public SignedOffer Sign(string sdp)
    {
        var nonce = RandomNumberGenerator.GetBytes(OfferAuthentication.NonceLength);
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var auth = OfferAuthentication.Offer(offerKey, (ulong)now, nonce, ProtocolVersion.Spoken, sdp);
        var request = new OfferRequest
        {
            Mac = mac,
            Device = Id,
            Sdp = sdp,
            Ts = now,
            Nonce = StrictBase64Url.Encode(nonce),
            Versions = [ProtocolVersion.Current],
            Auth = StrictBase64Url.Encode(auth),
        };
        return new SignedOffer(JsonSerializer.SerializeToUtf8Bytes(request, Json.OfferRequest), nonce, offerKey);
    }
}
