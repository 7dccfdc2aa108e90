using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using QuicPair.Cluster.Certificates;
using QuicPair.Cluster.Tests.Processes;
using QuicPair.Grains.Interfaces;
using Xunit;

namespace QuicPair.Cluster.Tests;

/// <summary>What is left in a process of a silo that could not start.</summary>
public sealed class RefusedSiloTests(Database database) : IDisposable
{
    private const string Honest = "aaaaaaaaaaaaaaaa";
    private const string Other = "bbbbbbbbbbbbbbbb";
    private const int Calls = 50;

    private readonly string _folder = Directory.CreateTempSubdirectory("quicpair-refused-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Nothing_of_it_works_on()
    {
        using var authority = HouseholdAuthority.Create(TimeProvider.System);
        using var foreign = HouseholdAuthority.Create(TimeProvider.System);
        var store = await database.Server.NewDatabase();
        await using var member = await Member.Start(Honest, Options(authority, Honest, store));
        var reads = new Reads();
        await Assert.ThrowsAnyAsync<Exception>(() => Member.Start(
            Other,
            Options(foreign, Other, store),
            silo => silo.Services.Replace(Counted(silo.Services, reads)),
            patience: 3));

        Assert.NotEqual(0, reads.Count);
        var atItsEnd = reads.Count;
        for (var call = 0; call < Calls; call++)
        {
            await member.Grains.Mac(MacId.Parse(Honest)).GetState();
        }

        Assert.Equal(atItsEnd, reads.Count);
    }

    private HouseholdOptions Options(HouseholdAuthority authority, string name, string store)
    {
        var folder = Path.Combine(_folder, name);
        MemberCertificate.Issue(authority, name, folder);
        return new HouseholdOptions { ConnectionString = store, Certificates = folder };
    }

    private static ServiceDescriptor Counted(IServiceCollection services, Reads reads)
    {
        var real = services.Last(service => service.ServiceType == typeof(IClusterMembershipService));
        return ServiceDescriptor.Singleton<IClusterMembershipService>(provider =>
            new CountedMembership((IClusterMembershipService)real.ImplementationFactory!(provider), reads));
    }

    private sealed class Reads
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public void Add() => Interlocked.Increment(ref _count);
    }

    /// <summary>Orleans's own list of members, and how often news of it was asked for.</summary>
    private sealed class CountedMembership(IClusterMembershipService real, Reads reads) : IClusterMembershipService
    {
        public ClusterMembershipSnapshot CurrentSnapshot => real.CurrentSnapshot;

        public IAsyncEnumerable<ClusterMembershipSnapshot> MembershipUpdates
        {
            get
            {
                reads.Add();
                return real.MembershipUpdates;
            }
        }

        public ValueTask Refresh(MembershipVersion minimumVersion, CancellationToken cancellationToken) =>
            real.Refresh(minimumVersion, cancellationToken);

        public Task<bool> TryKill(SiloAddress siloAddress) => real.TryKill(siloAddress);
    }
}
