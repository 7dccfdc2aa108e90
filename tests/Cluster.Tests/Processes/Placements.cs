using QuicPair.Grains.Placement;

namespace QuicPair.Cluster.Tests.Processes;

/// <summary>A member of the household that looks on which silo each grain with an owner lives.</summary>
internal sealed class Placements : IAsyncDisposable
{
    private const string Name = "cccccccccccccccc";
    private readonly Member _member;

    private Placements(Member member) => _member = member;

    public static async Task<Placements> Watch(Household household) =>
        new(await Member.Start(Name, household.Options(Name)));

    /// <summary>Looks at every activation once; how many have an owner, and those that are elsewhere.</summary>
    public async Task<(int Owned, IReadOnlyList<string> Wrong)> Look()
    {
        var grains = await All();
        var (owned, wrong) = (0, new List<string>());
        foreach (var grain in grains)
        {
            if (!grain.GrainId.Type.ToString()!.StartsWith("quicpair.", StringComparison.Ordinal)) continue;
            owned++;
            var owner = OwnerGrain.OwnerOf(grain.GrainId.Key.ToString()!);
            var found = _member.Snapshot.Members.TryGetValue(grain.SiloAddress, out var silo) ? silo.Name : "nobody";
            if (found != owner) wrong.Add($"{grain.GrainId} on {found}");
        }

        return (owned, wrong);
    }

    public ValueTask DisposeAsync() => _member.DisposeAsync();

    /// <summary>A silo that is only just back may not answer yet, and the question is asked again.</summary>
    private async Task<DetailedGrainStatistic[]> All()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        Exception? last = null;
        for (var tick = 0; tick < 120; tick++)
        {
            try
            {
                return await _member.Grains.GetGrain<IManagementGrain>(0).GetDetailedGrainStatistics();
            }
            catch (Exception problem) when (problem is OrleansException or TimeoutException)
            {
                last = problem;
                await timer.WaitForNextTickAsync();
            }
        }

        throw new InvalidOperationException("The silos do not say which grains they have.", last);
    }
}
