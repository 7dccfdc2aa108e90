using QuicPair.Grains.Interfaces;

namespace QuicPair.SignalingApi.Fleet;

/// <summary>
/// Follows the cluster's membership, so that the front door knows its Macs and remembers them.
/// </summary>
internal sealed partial class FleetWatch(
    IClusterMembershipService membership,
    ILocalSiloDetails silo,
    IGrainFactory grains,
    OpenQuestions<string, FleetSnapshot> memory,
    FleetView view,
    TimeProvider time,
    ILogger<FleetWatch> logger) : BackgroundService
{
    // Ours.
    private const int Attempts = 10;
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(5);

    private readonly Dictionary<SiloAddress, MacId> _noted = [];
    private bool _isForgetful;

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

        var present = Show(snapshot);
        for (var attempt = 1; await Remember(present, attempt) is { } pause; attempt++)
        {
            await Task.Delay(pause, time, cancellation);

            // Who comes meanwhile is noted later, and is counted at once.
            Show(membership.CurrentSnapshot);
        }
    }

    private List<ClusterMember> Show(ClusterMembershipSnapshot snapshot)
    {
        var present = snapshot.Members.Values.Where(member => member.Status == SiloStatus.Active).ToList();
        foreach (var member in present)
        {
            if (MacId.TryParse(member.Name, out var mac))
            {
                view.Add(mac);
            }
        }

        return present;
    }

    /// <summary>How long to wait before it is tried again; null when it is done.</summary>
    private async Task<TimeSpan?> Remember(List<ClusterMember> present, int attempt)
    {
        try
        {
            await Note(present);
            _isForgetful = false;
            view.Ready();
            return null;
        }
        catch (Exception failure) when (attempt < Attempts && IsTransient(failure))
        {
            // The silo is a member before each part of it has heard so.
            return BetweenAttempts;
        }
#pragma warning disable CA1031 // Whatever storage says, the Macs that are here are served.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            if (!_isForgetful)
            {
                LogForgetful(logger, failure);
            }

            _isForgetful = true;
            view.Ready();
            return Later;
        }
    }

    private async Task Note(List<ClusterMember> present)
    {
        var fleet = grains.Fleet(silo.Name);
        if (!view.IsComplete)
        {
            foreach (var member in (await memory.Ask(silo.Name)).Macs)
            {
                view.Add(member.Mac);
            }

            view.Complete();
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

        // Also one that was just noted, because it leaves; one that was away goes with the next change.
        foreach (var mac in view.Expelled)
        {
            await fleet.Forget(mac);
        }
    }

    private async Task<string> NameOf(MacId mac)
    {
        try
        {
            return (await grains.Mac(mac).GetState()).Name;
        }
        catch (Exception failure) when (failure is TimeoutException || IsTransient(failure))
        {
            return string.Empty;
        }
    }

    private static bool IsTransient(Exception failure) =>
        failure is MacUnavailableException or OrleansException;
}
