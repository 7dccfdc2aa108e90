using Microsoft.Extensions.Logging;
using QuicPair.Cluster.Certificates;
using QuicPair.Cluster.Placement;

namespace QuicPair.Cluster.Supervision;

/// <summary>
/// Follows the database while a silo lives. Whoever is on the list of expelled members loses its connections and its
/// place in the cluster; a silo that the list of members has lost joins anew.
/// </summary>
internal sealed partial class ExpulsionWatch(
    MemberCertificate self, string database, MemberConnections connections, IClusterMembershipService membership,
    ILocalSiloDetails details, SiloFailure silo, TimeProvider time, ILogger<ExpulsionWatch> log)
    : ILifecycleParticipant<ISiloLifecycle>, IDisposable
{
    // Ours: a member that is expelled is out within this time of every one that reaches the database.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);

    private readonly OwnEntry _entry = new(details, membership, database);
    private readonly CancellationTokenSource _end = new();
    private Task _watching = Task.CompletedTask;
    private bool _isTold;

    /// <summary>Looks before the silo talks to anybody.</summary>
    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
        nameof(ExpulsionWatch), ServiceLifecycleStage.First, _ => Start(), _ => Stop());

    public void Dispose()
    {
        // A silo that could not start is never stopped.
        _end.Cancel();
        _end.Dispose();
    }

    private async Task Start()
    {
        await Look();
        _watching = Watch();
    }

    private async Task Stop()
    {
        await _end.CancelAsync();
        await _watching;
    }

    private async Task Watch()
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_end.Token))
            {
                await Look();
            }
        }
        catch (OperationCanceledException)
        {
            // The silo stops.
        }
    }

    private async Task Look()
    {
        try
        {
            foreach (var name in await Expulsions.Learn(self, database, _end.Token))
            {
                Expelled(name);
            }
        }
        catch (CertificateException problem)
        {
            if (!_isTold) NotKept(problem.Message);
            _isTold = true;
        }
        catch (Exception problem) when (IsFailure(problem))
        {
            NotDone(problem.GetType().Name);
        }

        // Those of before, too, and whether or not the database answers.
        try
        {
            foreach (var name in ExpelledMembers.In(self.Folder))
            {
                await Expel(name);
            }
        }
        catch (Exception problem) when (IsFailure(problem))
        {
            NotDone(problem.GetType().Name);
        }

        // Also where a full disk keeps the list from being written.
        try
        {
            if (await _entry.IsLost(_end.Token)) Rejoin();
        }
        catch (Exception problem) when (IsFailure(problem))
        {
            NotDone(problem.GetType().Name);
        }
    }

    /// <summary>Anything but the silo's end.</summary>
    private bool IsFailure(Exception problem) =>
        problem is not OperationCanceledException || !_end.IsCancellationRequested;

    private void Rejoin()
    {
        if (silo.HasFailed) return;
        NotListed();
        silo.Replace();
    }

    private async Task Expel(string name)
    {
        if (name == self.Name)
        {
            // The next start says so.
            silo.Replace();
            return;
        }

        await connections.End(name);
        var members = membership.CurrentSnapshot;
        if (members.FindActive(self.Name) is not null && members.FindActive(name) is { } place)
        {
            // Another silo may be faster; the next look sees what is left to do.
            await membership.TryKill(place);
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "{Name} is expelled from the household.")]
    private partial void Expelled(string name);

    [LoggerMessage(4, LogLevel.Warning, "The household's list of members has lost this silo, which joins it anew.")]
    private partial void NotListed();

    [LoggerMessage(3, LogLevel.Error, "Who is expelled is not heeded here: {Reason}")]
    private partial void NotKept(string reason);

    [LoggerMessage(2, LogLevel.Debug, "Expelled members cannot be looked after at the moment: {Reason}.")]
    private partial void NotDone(string reason);
}
