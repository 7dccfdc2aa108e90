using System.IO.Pipelines;
using Microsoft.Extensions.Time.Testing;
using QuicPair.Cluster.Certificates;
using QuicPair.Cluster.Door;
using Xunit;

namespace QuicPair.Cluster.Tests.Door;

/// <summary>Whether the door knows that a member that keeps connections at it is dead.</summary>
public sealed class WaitingMembersTests
{
    private const string Mac = "aaaaaaaaaaaaaaaa";
    private static readonly TimeSpan Absence = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    private readonly FakeTimeProvider _time = new();
    private readonly WaitingMembers _waiting;

    public WaitingMembersTests() => _waiting = new WaitingMembers(_time);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_member_whose_connections_both_broke_has_gone_when_none_came_for_a_while()
    {
        var (one, other) = (new Pipe(), new Pipe());
        var (first, second) = (Keep(one), Keep(other));
        var gone = _waiting.Gone(Mac);
        await Break(one, first);
        _time.Advance(Long);
        Assert.False(gone.IsCompleted);

        await Break(other, second);
        _time.Advance(Absence - Moment);
        Assert.Equal((false, true), (gone.IsCompleted, _waiting.MayCome(Mac)));
        _time.Advance(Moment);
        Assert.Equal((true, false), (gone.IsCompleted, _waiting.MayCome(Mac)));
    }

    [Fact]
    public async Task A_member_that_dials_again_has_not_gone_and_one_that_is_back_is_here()
    {
        var (one, again) = (new Pipe(), new Pipe());
        var first = Keep(one);
        var gone = _waiting.Gone(Mac);
        await Break(one, first);
        _time.Advance(Absence - Moment);
        var second = Keep(again);
        _time.Advance(Long);
        Assert.False(gone.IsCompleted);

        await Break(again, second);
        _time.Advance(Absence);
        Assert.True(gone.IsCompleted);
        _ = Keep(new Pipe());
        Assert.Equal((false, true), (_waiting.Gone(Mac).IsCompleted, _waiting.MayCome(Mac)));
    }

    [Fact]
    public async Task A_member_that_went_long_ago_is_dialled_without_haste_and_not_awaited()
    {
        var (one, again) = (new Pipe(), new Pipe());
        await Break(one, Keep(one));
        _time.Advance(Absence);
        _time.Advance(Long + Long);
        Assert.True(_waiting.Gone(Mac).IsCompleted);
        _time.Advance(Moment);
        Assert.Equal((false, false), (_waiting.Gone(Mac).IsCompleted, _waiting.MayCome(Mac)));

        await Break(again, Keep(again));
        _time.Advance(Absence);
        Assert.True(_waiting.Gone(Mac).IsCompleted);
    }

    [Fact]
    public async Task A_connection_that_was_taken_waits_no_more_and_the_next_one_does()
    {
        var (to, from, again) = (new Pipe(), new Pipe(), new Pipe());
        var served = _waiting.Keep(
            Mac, new DuplexStream(to.Reader.AsStream(), from.Writer.AsStream()), Cancellation);
        var gone = _waiting.Gone(Mac);
        var taking = _waiting.TryTake(Mac, Cancellation).AsTask();
        await from.Reader.ReadAsync(Cancellation);
        await to.Writer.WriteAsync(new[] { WaitingConnection.WakeByte }, Cancellation);
        var next = Keep(again);
        await using (var taken = await taking)
        {
            Assert.NotNull(taken);
            _time.Advance(Long);
            Assert.False(gone.IsCompleted);
        }

        await served;
        await Break(again, next);
        _time.Advance(Absence);
        Assert.True(gone.IsCompleted);
    }

    [Fact]
    public async Task A_member_that_never_came_has_not_gone_and_is_awaited_while_the_door_begins()
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var coming = _waiting.Take(Mac, end.Token);
        Assert.True(_waiting.MayCome(Mac));

        _time.Advance(Long);
        Assert.Equal((false, false), (_waiting.Gone(Mac).IsCompleted, _waiting.MayCome(Mac)));
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => coming);
    }

    private Task Keep(Pipe pipe) => _waiting.Keep(Mac, pipe.Reader.AsStream(), Cancellation);

    private static async Task Break(Pipe pipe, Task kept)
    {
        await pipe.Writer.CompleteAsync();
        await kept;
    }
}
