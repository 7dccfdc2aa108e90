using QuicPair.Grains.Interfaces;

namespace QuicPair.Grains.Ports;

/// <summary>
/// Checks envelopes against the Mac's key file in memory: no storage read, no allocation for strangers, the same work
/// for an unknown device as for a known one. The keys never leave the implementation.
/// </summary>
public interface IOfferGate
{
    /// <summary>Checks time, authentication, nonce, version and description, in this order.</summary>
    OfferVerdict Verify(OfferEnvelope offer);

    /// <summary>Whether the device proved itself (docs/protocol.md, 3.2).</summary>
    bool Authenticate(IceEnvelope envelope);
}
