using System.Security.Cryptography;
using QuicPair.Protocol;
using QuicPair.Protocol.Signaling;

namespace QuicPair.EndToEnd.BadInput;

/// <summary>An offer before it is signed: whatever a test changes of it, the MAC fits its key.</summary>
/// <param name="Mac">The Mac's id.</param>
/// <param name="Device">The device's id.</param>
/// <param name="Key">The key that signs it.</param>
/// <param name="Sdp">The description.</param>
internal sealed record RawOffer(string Mac, string Device, byte[] Key, string Sdp)
{
    public long Timestamp { get; init; } = DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    public byte[] Nonce { get; init; } = RandomNumberGenerator.GetBytes(OfferAuthentication.NonceLength);

    /// <summary>What somebody offers who was invited.</summary>
    public static RawOffer Of(PairingLink link, string sdp) => new(
        KeySchedule.MacId(link.MacPublicKey), KeySchedule.DeviceId(link.Secret), KeySchedule.OfferKey(link.Secret),
        sdp);

    /// <summary>The same at this moment, with a nonce of its own.</summary>
    public RawOffer Anew() => new(Mac, Device, Key, Sdp);

    /// <summary>The body of the request.</summary>
    public object Sign() => new
    {
        v = 1,
        mac = Mac,
        device = Device,
        sdp = Sdp,
        ts = Timestamp,
        nonce = StrictBase64Url.Encode(Nonce),
        versions = new[] { 1 },
        auth = StrictBase64Url.Encode(OfferAuthentication.Offer(Key, (ulong)Timestamp, Nonce, [1], Sdp)),
    };

    /// <summary>Without the key.</summary>
    public override string ToString() => $"RawOffer {{ {Mac}, {Device} }}";
}
