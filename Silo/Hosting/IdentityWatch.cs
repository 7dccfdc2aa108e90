using System.Net;
using QuicPair.Cluster.Supervision;

namespace QuicPair.Silo.Hosting;

/// <summary>
/// Two copies of one Mac that started at the same moment: the younger one goes on, the older one ends.
/// </summary>
internal sealed class IdentityWatch(
    IClusterMembershipService membership, ILocalSiloDetails self, IHostApplicationLifetime life, SiloFailure silo)
    : BackgroundService
{
    private IPEndPoint? _other;

    /// <summary>Where the younger copy is that this one ends for, or null.</summary>
    public IPEndPoint? Other => Volatile.Read(ref _other);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var snapshot in membership.MembershipUpdates.WithCancellation(stoppingToken))
            {
                var other = snapshot.Members.Values.FirstOrDefault(member => member.Name == self.Name
                    && member.Status == SiloStatus.Active && IsYounger(member.SiloAddress));
                if (other is null || silo.HasFailed) continue;
                Volatile.Write(ref _other, other.SiloAddress.Endpoint);
                life.StopApplication();
                return;
            }
        }
        catch (OperationCanceledException)
        {
            // The daemon stops.
        }
    }

    private bool IsYounger(SiloAddress other) =>
        (other.Generation, other.ToParsableString()).CompareTo(
            (self.SiloAddress.Generation, self.SiloAddress.ToParsableString())) > 0;
}
