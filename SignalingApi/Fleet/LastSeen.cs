using System.Collections.Concurrent;
using QuicPair.Grains.Interfaces;

namespace QuicPair.SignalingApi.Fleet;

/// <summary>
/// When devices that are not connected had their last session. The pairing's grain knows; it is asked once for each
/// absence, so that many devices that sleep cost nothing.
/// </summary>
internal sealed class LastSeen(IGrainFactory grains)
{
    // Ours: a page shows no more, and the grains of so many may wake.
    private const int MaxDevices = 1_000;

    private readonly ConcurrentDictionary<PairingKey, Task<PairingSnapshot>> _asked = new();

    /// <summary>When the device was seen last; null when nobody knows.</summary>
    public async Task<DateTimeOffset?> Of(PairingKey device)
    {
        if (_asked.Count >= MaxDevices && !_asked.ContainsKey(device))
        {
            return null;
        }

        try
        {
            return (await _asked.GetOrAdd(device, key => grains.Pairing(key).GetState())).LastSeen;
        }
        catch (Exception failure) when (failure is MacUnavailableException or OrleansException or TimeoutException)
        {
            Forget(device);
            return null;
        }
    }

    /// <summary>The device is connected: what is known of its last absence is over.</summary>
    public void Forget(PairingKey device) => _asked.TryRemove(device, out _);
}
