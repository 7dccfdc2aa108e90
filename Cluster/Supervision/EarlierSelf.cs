using Microsoft.Extensions.Logging;

namespace QuicPair.Cluster.Supervision;

/// <summary>
/// An entry of the list of members carries the time at which its silo started, and of two entries of one silo the later
/// one counts. After a clock was set back that is what a killed process left: the new silo would end for it, at each
/// start. So before a silo joins it removes what its own name has from times that have not come yet.
/// Front doors share a name, and of them each has its own place only.
/// </summary>
internal sealed partial class EarlierSelf(
    ILocalSiloDetails self, IMembershipTable members, ILogger<EarlierSelf> log)
    : ILifecycleParticipant<ISiloLifecycle>
{
    // Ours: how often another member may have written in between.
    private const int Attempts = 10;

    // Before anything that lives, so that no other entry is removed with these.
    private static readonly DateTime LongAgo = DateTime.UnixEpoch;

    /// <summary>Looks before the list of members is followed.</summary>
    public void Participate(ISiloLifecycle lifecycle) => lifecycle.Subscribe(
        nameof(EarlierSelf), ServiceLifecycleStage.RuntimeInitialize, Bury, _ => Task.CompletedTask);

    private async Task Bury(CancellationToken cancellation)
    {
        await members.InitializeMembershipTableAsync(true, cancellation);
        var hasBuried = false;
        for (var failures = 0; failures < Attempts;)
        {
            var table = await members.ReadAllAsync(cancellation);
            var present = SiloAddress.AllocateNewGeneration();
            if (table.Members.FirstOrDefault(row => IsAhead(row.Item1, present)) is not { } left) break;
            var (entry, tag) = left;
            entry.Status = SiloStatus.Dead;
            entry.IAmAliveTime = LongAgo;
            if (await members.UpdateRowAsync(entry, tag, table.Version.Next(), cancellation))
            {
                hasBuried = true;
                LogBuried();
            }
            else
            {
                failures++;
            }
        }

        // A dead one that is later counts, too, as long as it is in the list.
        if (hasBuried) await members.CleanupDefunctSiloEntriesAsync(LongAgo.AddDays(1), cancellation);
    }

    private bool IsAhead(MembershipEntry entry, int present) =>
        entry.SiloName == self.Name && entry.SiloAddress.Generation > present && entry.IAmAliveTime > LongAgo
        && (self.Name != ClusterIdentity.FrontDoor || entry.SiloAddress.Endpoint.Equals(self.SiloAddress.Endpoint));

    [LoggerMessage(1, LogLevel.Warning, "An earlier start of this silo is later than now: the clock was set back.")]
    private partial void LogBuried();
}
