using System.Collections.Concurrent;
using Orleans.GrainDirectory;

namespace QuicPair.Cluster.Placement;

/// <summary>
/// The directory of grains whose owner follows from their key. Each silo knows its own activations and
/// nothing else; everybody else finds the owner by placement, so no third Mac is ever asked where a grain is.
/// </summary>
internal sealed class OwnerDirectory : IGrainDirectory
{
    private readonly ConcurrentDictionary<GrainId, GrainAddress> _mine = new();

    public Task<GrainAddress?> Register(GrainAddress address) =>
        Task.FromResult<GrainAddress?>(_mine.GetOrAdd(address.GrainId, address));

    public Task<GrainAddress?> Register(GrainAddress address, GrainAddress? previousAddress)
    {
        if (previousAddress is not null)
        {
            _mine.TryRemove(new(previousAddress.GrainId, previousAddress));
        }

        return Register(address);
    }

    public Task Unregister(GrainAddress address)
    {
        if (_mine.TryGetValue(address.GrainId, out var known) && known.ActivationId == address.ActivationId)
        {
            _mine.TryRemove(new(address.GrainId, known));
        }

        return Task.CompletedTask;
    }

    public Task<GrainAddress?> Lookup(GrainId grainId) => Task.FromResult(_mine.GetValueOrDefault(grainId));

    public Task UnregisterSilos(List<SiloAddress> siloAddresses)
    {
        foreach (var entry in _mine)
        {
            if (entry.Value.SiloAddress is { } silo && siloAddresses.Contains(silo))
            {
                _mine.TryRemove(entry);
            }
        }

        return Task.CompletedTask;
    }
}
