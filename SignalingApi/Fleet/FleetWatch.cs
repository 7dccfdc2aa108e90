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
    TimeProvider time,
    ILogger<FleetWatch> logger) : BackgroundService
{
    // Ours.
    private const int Attempts = 10;
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromMilliseconds(200);

    private readonly Dictionary<SiloAddress, MacId> _noted = [];

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var snapshot in membership.MembershipUpdates.WithCancellation(stoppingToken))
            {
                await Follow(snapshot, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process ends.
        }
    }

    private async Task Follow(ClusterMembershipSnapshot snapshot, CancellationToken cancellation)
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

        await Remember(present, cancellation);
        view.Complete();
    }

    private async Task Remember(List<ClusterMember> present, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await Note(present);
                return;
            }
            catch (Exception failure) when (attempt < Attempts && IsTransient(failure))
            {
                // The silo is a member before each part of it has heard so.
            }
#pragma warning disable CA1031 // Whatever storage says, the Macs that are here are served.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                LogForgetful(logger, failure);
                return;
            }

            await Task.Delay(BetweenAttempts, time, cancellation);
        }
    }

    private async Task Note(List<ClusterMember> present)
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
            if (MacId.TryParse(member.Name, out var mac) && !_noted.ContainsKey(member.SiloAddress))
            {
                await fleet.Seen(mac, await NameOf(mac));
                _noted.Add(member.SiloAddress, mac);
            }
        }

        // Who leaves was here until now.
        foreach (var (address, mac) in _noted.Where(noted => !present.Exists(one => one.SiloAddress == noted.Key)))
        {
            await fleet.Seen(mac, string.Empty);
            _noted.Remove(address);
        }
    }

    private async Task<string> NameOf(MacId mac)
    {
        try
        {
            return (await grains.Mac(mac).GetState()).Name;
        }
        catch (Exception failure) when (IsTransient(failure))
        {
            return string.Empty;
        }
    }

    private static bool IsTransient(Exception failure) =>
        failure is MacUnavailableException or OrleansException or TimeoutException;
}
