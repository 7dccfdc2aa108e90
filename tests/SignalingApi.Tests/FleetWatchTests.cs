using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using QuicPair.Cluster.Certificates;
using QuicPair.Grains.Interfaces;
using QuicPair.SignalingApi.Fleet;
using QuicPair.SignalingApi.Problems;
using Xunit;

namespace QuicPair.SignalingApi.Tests;

public sealed class FleetWatchTests(SharedFrontDoor shared) : IClassFixture<SharedFrontDoor>
{
    private static readonly MacId Here = MacId.Parse(Envelope.Mac);
    private static readonly MacId Away = MacId.Parse(Envelope.Away);
    private static readonly MacId Never = MacId.Parse(Envelope.Never);
    private readonly FrontDoor _door = shared.Door;
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_memory_that_does_not_answer_delays_no_start_and_is_asked_until_it_does()
    {
        var asked = 0;
        var memory = new OpenQuestions<string, FleetSnapshot>(_ => Interlocked.Increment(ref asked) < 3
            ? Task.FromException<FleetSnapshot>(new TimeoutException())
            : Task.FromResult(new FleetSnapshot([new FleetMember(Away, "", _time.GetUtcNow(), _time.GetUtcNow())])));
        var view = View(new MemberConnections());
        var calls = ActivatorUtilities.CreateInstance<MacCalls>(_door.Services, view, _time);
        using var watch = ActivatorUtilities.CreateInstance<FleetWatch>(_door.Services, view, memory, _time);
        await watch.StartAsync(Cancellation);
        while (!view.IsReady)
        {
            await Task.Yield();
        }

        Assert.Equal((1, false), (asked, view.IsComplete));
        Assert.Null(calls.Find(Here).Problem);
        Assert.Same(Problem.MacOffline, calls.Find(Away).Problem);
        Assert.Same(Problem.MacOffline, calls.Find(Never).Problem);

        while (!view.IsComplete)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal(3, asked);
        Assert.Same(Problem.MacOffline, calls.Find(Away).Problem);
        Assert.Same(Problem.MacUnknown, calls.Find(Never).Problem);
        await watch.StopAsync(Cancellation);
    }

    [Fact]
    public async Task A_Mac_that_was_expelled_is_forgotten_and_one_that_is_away_is_not()
    {
        var (lost, away) = (MacId.Parse("eeeeeeeeeeeeeeee"), MacId.Parse("ffffffffffffffff"));
        var fleet = _door.Grains.Fleet(Envelope.Mac);
        Assert.True(await fleet.Seen(lost, "Lost"));
        Assert.True(await fleet.Seen(away, "Away"));
        var members = new MemberConnections();
        await members.End(lost.Value);
        var view = View(members);
        var calls = ActivatorUtilities.CreateInstance<MacCalls>(_door.Services, view);
        using var watch = ActivatorUtilities.CreateInstance<FleetWatch>(_door.Services, view);
        await watch.StartAsync(Cancellation);
        while (!view.IsReady)
        {
            await Task.Yield();
        }

        Assert.DoesNotContain((await fleet.GetState()).Macs, member => member.Mac == lost);
        Assert.Contains((await fleet.GetState()).Macs, member => member.Mac == away);
        Assert.Same(Problem.MacUnknown, calls.Find(lost).Problem);
        Assert.Same(Problem.MacOffline, calls.Find(away).Problem);
        await watch.StopAsync(Cancellation);
        Assert.True(await fleet.Forget(away));
    }

    [Theory]
    [InlineData(SiloStatus.Dead, false)]
    [InlineData(SiloStatus.ShuttingDown, false)]
    [InlineData(SiloStatus.Dead, true)]
    public async Task A_front_door_without_a_memory_knows_a_Mac_that_sleeps_and_none_that_was_expelled(
        SiloStatus status, bool isExpelled)
    {
        var members = new MemberConnections();
        if (isExpelled) await members.End(Away.Value);
        var real = _door.Services.GetRequiredService<IClusterMembershipService>().CurrentSnapshot;
        var asleep = new ClusterMember(SiloAddress.New(IPAddress.Loopback, 11112, 1), status, Away.Value);
        var membership = new GivenMembership(new ClusterMembershipSnapshot(
            real.Members.Add(asleep.SiloAddress, asleep), real.Version));
        var view = new FleetView(membership, members);
        var memory = new OpenQuestions<string, FleetSnapshot>(_ => Task.FromResult(new FleetSnapshot([])));
        var calls = ActivatorUtilities.CreateInstance<MacCalls>(_door.Services, view);
        using var watch = ActivatorUtilities.CreateInstance<FleetWatch>(
            _door.Services, membership, view, memory, _time);
        await watch.StartAsync(Cancellation);
        while (!view.IsReady)
        {
            await Task.Yield();
        }

        Assert.True(view.IsComplete);
        Assert.Same(isExpelled ? Problem.MacUnknown : Problem.MacOffline, calls.Find(Away).Problem);
        Assert.Same(Problem.MacUnknown, calls.Find(Never).Problem);
        await watch.StopAsync(Cancellation);
    }

    [Fact]
    public async Task A_Mac_that_is_here_is_noted_each_hour_and_asked_again_for_a_name_that_it_did_not_tell()
    {
        var fleet = _door.Grains.Fleet(Envelope.Mac);
        await fleet.Forget(Here);
        _door.Mac.Awake = Task.FromException(new TimeoutException());
        try
        {
            var view = View(new MemberConnections());
            using var watch = ActivatorUtilities.CreateInstance<FleetWatch>(_door.Services, view, _time);
            await watch.StartAsync(Cancellation);
            while (!view.IsReady)
            {
                await Task.Yield();
            }

            var first = await Seen();
            Assert.Equal("", first.Name);

            _door.Mac.Awake = Task.CompletedTask;
            var second = await SeenAfter(first);
            Assert.Equal((_door.Mac.Name, first.FirstSeen), (second.Name, second.FirstSeen));

            Assert.Equal(_door.Mac.Name, (await SeenAfter(second)).Name);
            await watch.StopAsync(Cancellation);
        }
        finally
        {
            _door.Mac.Awake = Task.CompletedTask;
        }

        async Task<FleetMember> Seen() => (await fleet.GetState()).Macs.Single(member => member.Mac == Here);

        async Task<FleetMember> SeenAfter(FleetMember before)
        {
            _time.Advance(TimeSpan.FromHours(1));
            FleetMember now;
            while ((now = await Seen()).LastSeen <= before.LastSeen)
            {
                await Task.Yield();
            }

            return now;
        }
    }

    private FleetView View(MemberConnections members) =>
        new(_door.Services.GetRequiredService<IClusterMembershipService>(), members);

    /// <summary>A list of members that stays as it is.</summary>
    private sealed class GivenMembership(ClusterMembershipSnapshot snapshot) : IClusterMembershipService
    {
        public ClusterMembershipSnapshot CurrentSnapshot => snapshot;

        public IAsyncEnumerable<ClusterMembershipSnapshot> MembershipUpdates => Updates();

        public ValueTask Refresh(MembershipVersion minimumVersion, CancellationToken cancellationToken) => default;

        public Task<bool> TryKill(SiloAddress siloAddress) => Task.FromResult(false);

        private async IAsyncEnumerable<ClusterMembershipSnapshot> Updates(
            [EnumeratorCancellation] CancellationToken cancellation = default)
        {
            yield return snapshot;
            await new TaskCompletionSource().Task.WaitAsync(cancellation);
        }
    }
}
