using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.Time.Testing;
using QuicPair.Silo.Household;

namespace QuicPair.Silo.Tests.Household;

public sealed class MacListTests
{
    private const string Mac = "aaaaaaaaaaaaaaaa";

    [Fact]
    public void A_mac_that_is_here_is_listed_as_here_after_its_clock_was_set_back()
    {
        ClusterMember[] entries =
        [
            Entry(2_000, SiloStatus.Dead), Entry(1_000, SiloStatus.Active), Entry(3_000, SiloStatus.Dead),
        ];
        var members = entries.ToImmutableDictionary(entry => entry.SiloAddress);

        var listed = Assert.Single(MacList.Macs(new ClusterMembershipSnapshot(members, new MembershipVersion(1))));

        Assert.Equal((SiloStatus.Active, 1_000), (listed.Status, listed.SiloAddress.Generation));
    }

    [Fact]
    public async Task A_list_that_cannot_be_read_anew_is_shown_as_it_was()
    {
        var time = new FakeTimeProvider();
        var entry = Entry(1_000, SiloStatus.Dead);
        var members = ImmutableDictionary<SiloAddress, ClusterMember>.Empty.Add(entry.SiloAddress, entry);
        var membership = new SilentMembership(new ClusterMembershipSnapshot(members, new MembershipVersion(1)));

        var listing = new MacList(membership, null!, time).List(ImmutableHashSet<string>.Empty);
        Assert.False(listing.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(3));

        var listed = Assert.Single((await listing).Macs!);
        Assert.Equal((Mac, "away"), (listed.Mac, listed.State));
    }

    /// <summary>A silo that ends while it is asked: it never says what it read.</summary>
    private sealed class SilentMembership(ClusterMembershipSnapshot snapshot) : IClusterMembershipService
    {
        public ClusterMembershipSnapshot CurrentSnapshot => snapshot;

        public IAsyncEnumerable<ClusterMembershipSnapshot> MembershipUpdates =>
            AsyncEnumerable.Empty<ClusterMembershipSnapshot>();

        public ValueTask Refresh(MembershipVersion minimumVersion, CancellationToken cancellationToken) =>
            new(new TaskCompletionSource().Task);

        public Task<bool> TryKill(SiloAddress siloAddress) => Task.FromResult(false);
    }

    private static ClusterMember Entry(int generation, SiloStatus status) =>
        new(SiloAddress.New(IPAddress.Loopback, 11111, generation), status, Mac);
}
