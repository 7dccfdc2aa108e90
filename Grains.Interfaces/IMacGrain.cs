using System.Collections.Immutable;
using Orleans.Concurrency;
using QuicPair.Grains.Interfaces.Household;

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

    /// <summary>The Mac's public key, and the household's word that it is a member's.</summary>
    /// <exception cref="MacUnavailableException">The Mac is not in the cluster.</exception>
    [Alias("Introduce"), AlwaysInterleave, ResponseTimeout("00:00:05")]
    Task<MacIntroduction> Introduce();

    /// <summary>
    /// Hands this Mac a pairing that another Mac vouches for, sealed between the two and the phone (docs/protocol.md,
    /// 5.1). The call itself gives no right: whoever makes it, only what is inside counts. False when it is refused.
    /// </summary>
    /// <param name="from">The Mac that is said to vouch.</param>
    /// <param name="voucher">The sealed message.</param>
    /// <exception cref="MacUnavailableException">The Mac is not in the cluster.</exception>
    [Alias("Vouch"), AlwaysInterleave, ResponseTimeout("00:00:05")]
    Task<bool> Vouch(MacId from, ImmutableArray<byte> voucher);

    /// <summary>
    /// Removes the device of that pairing here: its own, when this is its Mac, and what was vouched for from it.
    /// </summary>
    /// <exception cref="MacUnavailableException">The Mac is not in the cluster.</exception>
    [Alias("RevokeVouched"), AlwaysInterleave, ResponseTimeout("00:00:05")]
    Task RevokeVouched(PairingKey origin);

    /// <summary>What this Mac tells about itself: name, models, queue, devices. No key, no content.</summary>
    /// <exception cref="MacUnavailableException">The Mac is not in the cluster.</exception>
    [Alias("GetState"), AlwaysInterleave, ResponseTimeout("00:00:05")]
    Task<MacSnapshot> GetState();
}
