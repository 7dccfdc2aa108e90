using System.Collections.Immutable;
using QuicPair.Grains.Interfaces;

namespace QuicPair.SignalingApi.Requests;

/// <summary>A phone's request as it was read: shapes are right, nothing is verified.</summary>
/// <param name="Mac">The Mac, or null when the phone left it out.</param>
/// <param name="Device">The device that says it sends it.</param>
/// <param name="Sdp">The description; empty in a request for ICE servers.</param>
/// <param name="Timestamp">The phone's clock, unix seconds.</param>
/// <param name="Nonce">16 bytes.</param>
/// <param name="Versions">1 to 16 distinct versions, in JSON order.</param>
/// <param name="Auth">16 bytes.</param>
internal sealed record SignalingEnvelope(
    MacId? Mac,
    DeviceId Device,
    string Sdp,
    long Timestamp,
    ImmutableArray<byte> Nonce,
    ImmutableArray<byte> Versions,
    ImmutableArray<byte> Auth)
{
    /// <summary>As an offer for a Mac.</summary>
    public OfferEnvelope ToOffer(MacId mac) => new(mac, Device, Sdp, Timestamp, Nonce, Versions, Auth);

    /// <summary>As a request for ICE servers that a Mac vouches for.</summary>
    public IceEnvelope ToIce(MacId mac) => new(mac, Device, Timestamp, Nonce, Versions, Auth);
}
