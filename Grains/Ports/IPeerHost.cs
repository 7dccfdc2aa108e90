using QuicPair.Grains.Interfaces;

namespace QuicPair.Grains.Ports;

/// <summary>The process's live peers. They outlive grain activations and silo restarts.</summary>
public interface IPeerHost
{
    /// <summary>
    /// Makes the peer of an offer that the gate verified just now and answers it; with
    /// <see cref="OfferProblem.Draining"/> if it would be a new one of a Mac that takes none.
    /// </summary>
    /// <param name="offer">The offer; the gate keeps its keys and finds them by its nonce.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    Task<OfferReply> Answer(OfferEnvelope offer, CancellationToken cancellation);

    /// <summary>Whether this Mac takes no new phones; those that are connected stay.</summary>
    bool IsDraining { get; set; }

    /// <summary>What is connected of this device, or null when nothing is.</summary>
    PeerPresence? Presence(DeviceId device);

    /// <summary>Closes every peer and chat of a device that was revoked; ends within one second.</summary>
    Task CloseRevoked(DeviceId device);
}
