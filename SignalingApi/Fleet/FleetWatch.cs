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

    // Ours: how wrong "last seen" may be after a front door that ended without a word.
    private static readonly TimeSpan BetweenNotes = TimeSpan.FromHours(1);

    private readonly Dictionary<SiloAddress, Noted> _noted = [];
    private int _round;
    private bool _isForgetful;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        await using var changes = membership.MembershipUpdates.GetAsyncEnumerator(end.Token);
        using var rounds = new PeriodicTimer(BetweenNotes, time);
        var change = changes.MoveNextAsync().AsTask();
        var round = rounds.WaitForNextTickAsync(end.Token).AsTask();
        try
        {
            while (true)
            {
                await Task.WhenAny(change, round);
                if (round.IsCompleted)
                {
                    await round;
                    _round++;
                    await Follow(membership.CurrentSnapshot, end.Token);
                    round = rounds.WaitForNextTickAsync(end.Token).AsTask();
                }

                if (change.IsCompleted)
                {
                    if (!await change)
                    {
                        return;
                    }

                    await Follow(changes.Current, end.Token);
                    change = changes.MoveNextAsync().AsTask();
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process ends.
        }
        finally
        {
            // What is asked for next ends before what it is asked of.
            await end.CancelAsync();
            await ((Task)change).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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

    /// <summary>
    /// Counts every Mac of the list of members, also one that is away: a front door with a new folder has no memory of
    /// it. Those that are here.
    /// </summary>
    private List<ClusterMember> Show(ClusterMembershipSnapshot snapshot)
    {
        foreach (var member in snapshot.Members.Values)
        {
            if (MacId.TryParse(member.Name, out var mac) && !view.IsExpelled(mac))
            {
                view.Add(mac);
            }
        }

        return [.. snapshot.Members.Values.Where(member => member.Status == SiloStatus.Active)];
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
            if (MacId.TryParse(member.Name, out var mac) && !view.IsExpelled(mac))
            {
                await NoteHere(fleet, member.SiloAddress, mac);
            }
        }

        // Who leaves was here until now.
        foreach (var (address, left) in _noted.Where(noted => !present.Exists(one => one.SiloAddress == noted.Key)))
        {
            await fleet.Seen(left.Mac, string.Empty);
            _noted.Remove(address);
        }

        // Also one that was just noted, because it leaves; one that was away goes with the next change.
        foreach (var mac in view.Expelled)
        {
            await fleet.Forget(mac);
        }
    }

    /// <summary>Once as it comes and once a round; the name is asked for until the Mac has told it.</summary>
    private async Task NoteHere(IFleetGrain fleet, SiloAddress address, MacId mac)
    {
        var before = _noted.GetValueOrDefault(address);
        if (before?.Round == _round)
        {
            return;
        }

        var isNamed = before is { IsNamed: true };
        var name = isNamed ? string.Empty : await NameOf(mac);
        await fleet.Seen(mac, name);
        _noted[address] = new Noted(mac, isNamed || name.Length > 0, _round);
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

    private sealed record Noted(MacId Mac, bool IsNamed, int Round);
}
