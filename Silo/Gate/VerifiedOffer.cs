using QuicPair.Protocol.Handshake;
using QuicPair.Silo.Keys;

namespace QuicPair.Silo.Gate;

/// <summary>What the key that verified an offer fixes for its peer.</summary>
/// <param name="Device">The device.</param>
/// <param name="Mode">Which keys.</param>
/// <param name="OfferKey">The key of the answer's authentication.</param>
/// <param name="ChosenVersion">The protocol version.</param>
/// <param name="Record">The stored record, in mode 2.</param>
/// <param name="Invitation">The invitation, in mode 1.</param>
internal sealed record VerifiedOffer(
    string Device, PairingMode Mode, byte[] OfferKey, byte ChosenVersion, DeviceRecord? Record,
    Invitation? Invitation)
{
    /// <summary>Without keys.</summary>
    public override string ToString() => $"VerifiedOffer {{ {Device}, {Mode} }}";
}
