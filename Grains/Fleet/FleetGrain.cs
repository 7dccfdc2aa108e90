using Microsoft.Extensions.DependencyInjection;
using Orleans.GrainDirectory;
using Orleans.Placement;
using Orleans.Providers;
using Orleans.Storage;
using QuicPair.Grains.Interfaces;
using QuicPair.Grains.Placement;

namespace QuicPair.Grains.Fleet;

/// <summary>
/// Remembers the Macs that a front door has seen, so that one that is away is not taken for one that never
/// was.
/// </summary>
[GrainType("quicpair.fleet"), OwnerPlacement, Immovable, GrainDirectory(OwnerPlacement.DirectoryName)]
internal sealed class FleetGrain(
    TimeProvider time,
    ILocalSiloDetails silo,
    IGrainContext context,
    [FromKeyedServices(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME)] IGrainStorage storage)
    : OwnerGrain(silo), IFleetGrain
{
    // Ours: a household, with room for every Mac it will ever own.
    private const int MaxMacs = 256;

    private readonly RecordStore<FleetRecord> _store =
        new(storage, "fleet", context, FleetRecord.CurrentSchema);

    public async Task<bool> Seen(MacId mac, string name)
    {
        var now = time.GetUtcNow();
        var clean = DisplayName.Clean(name);
        var macs = (await Macs()).ToList();
        var at = macs.FindIndex(entry => entry.Mac == mac.Value);
        if (at < 0 && macs.Count >= MaxMacs)
        {
            return false;
        }

        if (at < 0)
        {
            macs.Add(new FleetEntry(mac.Value, clean, now, now));
        }
        else
        {
            macs[at] = macs[at] with { Name = clean.Length > 0 ? clean : macs[at].Name, LastSeen = now };
        }

        await Save(macs);
        return true;
    }

    public async Task<bool> Forget(MacId mac)
    {
        var macs = (await Macs()).ToList();
        if (macs.RemoveAll(entry => entry.Mac == mac.Value) == 0)
        {
            return false;
        }

        await Save(macs);
        return true;
    }

    public async Task<FleetSnapshot> GetState() => new([.. (await Macs()).Select(Show)]);

    private async Task<IReadOnlyList<FleetEntry>> Macs() => (await _store.Load())?.Macs ?? [];

    private static FleetMember Show(FleetEntry entry) =>
        new(MacId.Parse(entry.Mac), entry.Name, entry.FirstSeen, entry.LastSeen);

    private Task Save(IReadOnlyList<FleetEntry> macs) =>
        _store.Save(new FleetRecord { Key = this.GetPrimaryKeyString(), Macs = macs });
}
