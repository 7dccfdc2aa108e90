using QuicPair.Grains.Interfaces;
using QuicPair.Silo.Keys;
using QuicPair.Silo.Vouching;

namespace QuicPair.Silo.Household;

/// <summary>
/// Notes in the key file which Macs this one meets in the household: to them revocations are owed, however long they
/// are away. A row in the list of members is no proof: each Mac is asked for its own.
/// </summary>
/// <param name="keys">This Mac's keys.</param>
/// <param name="membership">The list of members.</param>
/// <param name="find">Reaches a Mac.</param>
/// <param name="time">The clock.</param>
internal sealed class MemberMemory(
    KeyStore keys, IClusterMembershipService membership, Func<MacId, IMacGrain> find, TimeProvider time)
    : BackgroundService
{
    // Ours, as many as are ever remembered.
    private const int MaxAsked = 256;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var snapshot in membership.MembershipUpdates.WithCancellation(stoppingToken))
            {
                await Task.WhenAll(Strangers(snapshot).Select(mac => Meet(mac, stoppingToken)));
            }
        }
        catch (OperationCanceledException)
        {
            // The next silo of this process goes on.
        }
    }

    private List<MacId> Strangers(ClusterMembershipSnapshot snapshot) =>
    [
        .. MacList.Macs(snapshot).Where(member => member.Status == SiloStatus.Active)
            .Select(member => member.Name)
            .Except([.. keys.Members, keys.MacId])
            .Take(MaxAsked)
            .Select(MacId.Parse),
    ];

    private async Task Meet(MacId mac, CancellationToken stop)
    {
        try
        {
            await MemberProof.Ask(mac, find, keys, time, stop);
        }
        catch (Exception) when (!stop.IsCancellationRequested)
        {
            // Whatever it said: it is asked again when the list changes.
        }
    }
}
