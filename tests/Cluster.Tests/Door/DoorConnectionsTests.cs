using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Time.Testing;
using QuicPair.Cluster.Door;
using Xunit;

namespace QuicPair.Cluster.Tests.Door;

/// <summary>The door dials a Mac that has gone from it, over a network that swallows what is sent to nobody.</summary>
public sealed class DoorConnectionsTests
{
    private const string Mac = "aaaaaaaaaaaaaaaa";
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_Mac_that_has_gone_is_given_up_and_what_comes_later_is_closed(bool goneBefore)
    {
        var time = new FakeTimeProvider();
        var waiting = new WaitingMembers(time);
        await waiting.Keep(Mac, Stream.Null, Cancellation);
        if (goneBefore) time.Advance(Long);
        var (dialled, coming) = (new TaskCompletionSource<ConnectionContext>(), new TaskCompletionSource<Stream>());

        var race = DoorConnections.Race(
            waiting, Mac, dialled.Task, coming.Task, new IPEndPoint(IPAddress.Loopback, 1));
        if (!goneBefore) time.Advance(Long);

        var problem = await Assert.ThrowsAsync<SocketException>(() => race);
        Assert.Equal(SocketError.HostDown, problem.SocketErrorCode);
        var late = new StreamConnection(new MemoryStream(), new IPEndPoint(IPAddress.Loopback, 1));
        var closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var closing = late.ConnectionClosed.Register(closed.SetResult);
        dialled.SetResult(late);
        await closed.Task.WaitAsync(Cancellation);
    }

    [Fact]
    public async Task A_Mac_that_has_gone_from_the_door_and_can_be_dialled_is()
    {
        var time = new FakeTimeProvider();
        var waiting = new WaitingMembers(time);
        await waiting.Keep(Mac, Stream.Null, Cancellation);
        time.Advance(Long);
        await using var direct = new StreamConnection(new MemoryStream(), new IPEndPoint(IPAddress.Loopback, 1));

        var won = await DoorConnections.Race(
            waiting, Mac, Task.FromResult<ConnectionContext>(direct), new TaskCompletionSource<Stream>().Task,
            new IPEndPoint(IPAddress.Loopback, 1));

        Assert.Same(direct, won);
    }
}
