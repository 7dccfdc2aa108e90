using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using QuicPair.Grains.Interfaces;
using QuicPair.Silo.Control;
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
        var membership = new StillMembership(SiloStatus.Dead, new TaskCompletionSource().Task);

        var listing = new MacList(membership, null!, time).List(ImmutableHashSet<string>.Empty);
        Assert.False(listing.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(3));

        var listed = Assert.Single((await listing).Macs!);
        Assert.Equal((Mac, "away"), (listed.Mac, listed.State));
    }

    [Fact]
    public async Task A_list_whose_database_is_away_or_refuses_is_shown_as_it_was()
    {
        Exception[] problems =
        [
            new NpgsqlException("away"), new SocketException((int)SocketError.HostNotFound), new IOException(),
            new OrleansException("away"),
        ];
        foreach (var problem in problems)
        {
            var membership = new StillMembership(SiloStatus.Dead, Task.FromException(problem));
            var macs = new MacList(membership, null!, TimeProvider.System);

            var listed = Assert.Single((await macs.List(ImmutableHashSet<string>.Empty)).Macs!);

            Assert.Equal((Mac, "away"), (listed.Mac, listed.State));
        }
    }

    [Fact]
    public async Task Whoever_drains_a_Mac_that_hangs_is_told_so_with_its_id()
    {
        var membership = new StillMembership(SiloStatus.Active, Task.CompletedTask);
        Exception[] silences =
            [new TimeoutException(), new MacUnavailableException(Mac), new OrleansException("rejected")];
        foreach (var silence in silences)
        {
            var macs = new MacList(membership, _ => throw silence, TimeProvider.System);

            var reply = await macs.Drain(new ControlRequest { Name = Mac });

            Assert.Equal(
                (false, "unreachable", $"{Mac} does not answer; quicpair macs shows whether it drains."),
                (reply.Ok, reply.Code, reply.Message));
        }
    }

    /// <summary>A list with one Mac, which reads nothing new: how its reading ends, or that it never does.</summary>
    private sealed class StillMembership(SiloStatus status, Task reading) : IClusterMembershipService
    {
        private readonly ClusterMember _entry = Entry(1_000, status);

        public ClusterMembershipSnapshot CurrentSnapshot => new(
            ImmutableDictionary<SiloAddress, ClusterMember>.Empty.Add(_entry.SiloAddress, _entry),
            new MembershipVersion(1));

        public IAsyncEnumerable<ClusterMembershipSnapshot> MembershipUpdates =>
            AsyncEnumerable.Empty<ClusterMembershipSnapshot>();

        public ValueTask Refresh(MembershipVersion minimumVersion, CancellationToken cancellationToken) =>
            new(reading);

        public Task<bool> TryKill(SiloAddress siloAddress) => Task.FromResult(false);
    }

    private static ClusterMember Entry(int generation, SiloStatus status) =>
        new(SiloAddress.New(IPAddress.Loopback, 11111, generation), status, Mac);
}
