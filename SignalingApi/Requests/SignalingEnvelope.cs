using System.Collections.Immutable;
using QuicPair.Grains.Interfaces;

namespace QuicPair.SignalingApi.Requests;

/// <summary>A phone's request as it was read: shapes are right, nothing is verified.</summary>
/// <param name="To">Whom it is for, in the phone's order: one, or with <paramref name="IsChoice"/> 1 to 10 Macs that
/// are all named and all different.</param>
/// <param name="IsChoice">Whether the front door picks one of them.</param>
/// <param name="Model">The model that the phone wants of the picked one, or null.</param>
/// <param name="Sdp">The description; empty in a request for ICE servers.</param>
/// <param name="Timestamp">The phone's clock, unix seconds.</param>
/// <param name="Nonce">16 bytes.</param>
/// <param name="Versions">1 to 16 distinct versions, in JSON order.</param>
internal sealed record SignalingEnvelope(
    ImmutableArray<Addressee> To,
    bool IsChoice,
    string? Model,
    string Sdp,
    long Timestamp,
    ImmutableArray<byte> Nonce,
    ImmutableArray<byte> Versions)
{
    /// <summary>As an offer for a Mac.</summary>
    public OfferEnvelope ToOffer(MacId mac, Addressee to) =>
        new(mac, to.Device, Sdp, Timestamp, Nonce, Versions, to.Auth);

    /// <summary>As a request for ICE servers that a Mac vouches for.</summary>
    public IceEnvelope ToIce(MacId mac, Addressee to) => new(mac, to.Device, Timestamp, Nonce, Versions, to.Auth);
}
