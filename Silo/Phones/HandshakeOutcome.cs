using QuicPair.Noise;

namespace QuicPair.Silo.Phones;

/// <summary>A handshake whose two messages are through.</summary>
/// <param name="Transport">The keys of both directions.</param>
/// <param name="Hash">Noise <c>h</c>, 64 bytes.</param>
/// <param name="PhoneKey">The phone's static key.</param>
/// <param name="PhoneName">The name that it gave itself.</param>
/// <param name="IsAdmitted">False: the keys are random, the session never becomes live.</param>
/// <param name="IsSecondClaim">Whether another device holds the invitation that this one tried.</param>
internal sealed record HandshakeOutcome(
    TransportState Transport, byte[] Hash, byte[] PhoneKey, string PhoneName, bool IsAdmitted, bool IsSecondClaim)
{
    /// <summary>Without name and keys.</summary>
    public override string ToString() => nameof(HandshakeOutcome);
}
