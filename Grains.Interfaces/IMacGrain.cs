using Orleans.Concurrency;

namespace QuicPair.Grains.Interfaces;

/// <summary>
/// One Mac as the household sees it. Its key is the Mac's id; it lives on that Mac and nowhere else.
/// </summary>
[Alias("quicpair.IMacGrain")]
public interface IMacGrain : IGrainWithStringKey
{
    /// <summary>
    /// Hands a phone's offer to this Mac's gate and, once verified, to the device's pairing. The same offer
    /// may be sent again: it makes no second peer.
    /// </summary>
    /// <exception cref="MacUnavailableException">The Mac is not in the cluster.</exception>
    [Alias("Offer"), AlwaysInterleave, ResponseTimeout("00:00:05")]
    Task<OfferReply> Offer(OfferEnvelope offer);

    /// <summary>Whether the device proved to this Mac that it may have relay credentials.</summary>
    /// <exception cref="MacUnavailableException">The Mac is not in the cluster.</exception>
    [Alias("Authenticate"), AlwaysInterleave, ResponseTimeout("00:00:05")]
    Task<bool> Authenticate(IceEnvelope envelope);

    /// <summary>Has this Mac take no new phones, or take them again; those that are connected stay.</summary>
    /// <exception cref="MacUnavailableException">The Mac is not in the cluster.</exception>
    [Alias("Drain"), AlwaysInterleave, ResponseTimeout("00:00:05")]
    Task Drain(bool draining);

    /// <summary>What this Mac tells about itself: name, models, queue, devices. No key, no content.</summary>
    /// <exception cref="MacUnavailableException">The Mac is not in the cluster.</exception>
    [Alias("GetState"), AlwaysInterleave, ResponseTimeout("00:00:05")]
    Task<MacSnapshot> GetState();
}
