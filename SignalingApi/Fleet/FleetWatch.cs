using QuicPair.Grains.Interfaces;

namespace QuicPair.SignalingApi.Fleet;

/// <summary>
/// Follows the cluster's membership, so that the front door knows its Macs and remembers them.
/// </summary>
internal sealed partial class FleetWatch(
    IClusterMembershipService membership,
    ILocalSiloDetails silo,
    IGrainFactory grains,
    FleetView view,
    ILogger<FleetWatch> logger) : BackgroundService
{
    private readonly HashSet<SiloAddress> _noted = [];

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var snapshot in membership.MembershipUpdates.WithCancellation(stoppingToken))
            {
                await Follow(snapshot);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process ends.
        }
    }

    private async Task Follow(ClusterMembershipSnapshot snapshot)
    {
        if (snapshot.GetSiloStatus(silo.SiloAddress) != SiloStatus.Active)
        {
            return;
        }

        var present = snapshot.Members.Values.Where(member => member.Status == SiloStatus.Active).ToList();
        foreach (var member in present)
        {
            if (MacId.TryParse(member.Name, out var mac))
            {
                view.Add(mac);
            }
        }

        await Remember(present);
    }

    private async Task Remember(List<ClusterMember> present)
    {
        try
        {
            var fleet = grains.Fleet(silo.Name);
            if (!view.IsComplete)
            {
                foreach (var member in (await fleet.GetState()).Macs)
                {
                    view.Add(member.Mac);
                }
            }

            foreach (var member in present)
            {
                if (MacId.TryParse(member.Name, out var mac) && _noted.Add(member.SiloAddress))
                {
                    await fleet.Seen(mac, await NameOf(mac));
                }
            }
        }
#pragma warning disable CA1031 // Whatever storage says, the Macs that are here are served.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            LogForgetful(logger, failure);
        }

        view.Complete();
    }

    private async Task<string> NameOf(MacId mac)
    {
        try
        {
            return (await grains.Mac(mac).GetState()).Name;
        }
        catch (Exception failure) when (
            failure is MacUnavailableException or OrleansException or TimeoutException)
        {
            return string.Empty;
        }
    }
}
