using Orleans.Concurrency;
using QuicPair.Grains.Interfaces.Household;

namespace QuicPair.Grains.Interfaces;

/// <summary>
/// One device's pairing with one Mac: the control plane of its peer. Its key is a <see cref="PairingKey"/>;
/// it lives on that Mac and nowhere else. No argument and no result carries a key or a secret.
/// </summary>
[Alias("quicpair.IPairingGrain")]
public interface IPairingGrain : IGrainWithStringKey
{
    /// <summary>Answers an offer that the Mac's gate verified.</summary>
    /// <exception cref="MacUnavailableException">The Mac is not in the cluster.</exception>
    [Alias("Connect"), ResponseTimeout("00:00:05")]
    Task<OfferReply> Connect(OfferEnvelope offer);

    /// <summary>
    /// Removes the device: its keys first, then its sessions, within one second. False when there was none.
    /// </summary>
    /// <exception cref="MacUnavailableException">The Mac is not in the cluster.</exception>
    /// <exception cref="MacNotWrittenException">Its keys could not be written; the device stays.</exception>
    [Alias("Revoke"), ResponseTimeout("00:00:05")]
    Task<bool> Revoke();

    /// <summary>
    /// Reads again what the device has proved and whether it is connected. The Mac's peers call it on every
    /// change.
    /// </summary>
    [Alias("Refresh")]
    Task Refresh();

    /// <summary>What may be shown of this pairing.</summary>
    /// <exception cref="MacUnavailableException">The Mac is not in the cluster.</exception>
    [Alias("GetState"), AlwaysInterleave, ResponseTimeout("00:00:05")]
    Task<PairingSnapshot> GetState();
}
