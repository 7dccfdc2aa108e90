using Orleans.Concurrency;

namespace QuicPair.Grains.Interfaces;

/// <summary>
/// The Macs that a front door has ever seen. Its key is the silo name of that front door, where it lives.
/// </summary>
[Alias("quicpair.IFleetGrain")]
public interface IFleetGrain : IGrainWithStringKey
{
    /// <summary>Notes that a Mac is here. False when the fleet is full.</summary>
    /// <param name="mac">The Mac.</param>
    /// <param name="name">Its name for people; empty when it is not known yet, which keeps an earlier
    /// one.</param>
    [Alias("Seen"), ResponseTimeout("00:00:05")]
    Task<bool> Seen(MacId mac, string name);

    /// <summary>Forgets a Mac that was expelled from the household. False when it was not known.</summary>
    [Alias("Forget"), ResponseTimeout("00:00:05")]
    Task<bool> Forget(MacId mac);

    /// <summary>Every Mac ever seen, first seen first.</summary>
    [Alias("GetState"), AlwaysInterleave, ResponseTimeout("00:00:05")]
    Task<FleetSnapshot> GetState();
}
