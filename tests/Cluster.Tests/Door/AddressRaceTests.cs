using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using QuicPair.Cluster.Door;
using Xunit;

namespace QuicPair.Cluster.Tests.Door;

/// <summary>A name with several addresses, of which not all lead anywhere.</summary>
public sealed class AddressRaceTests
{
    private static readonly IPAddress First = IPAddress.Parse("2001:db8::1");
    private static readonly IPAddress Second = IPAddress.Parse("192.0.2.1");
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(1);

    private readonly FakeTimeProvider _time = new();
    private readonly List<IPAddress> _dialled = [];
    private readonly TaskCompletionSource<Connection> _slow = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_next_address_is_dialled_a_quarter_of_a_second_later_and_who_connects_too_late_is_closed()
    {
        var race = AddressRace.Run([First, Second], Dial, _time, Cancellation);
        _time.Advance(Delay - Moment);
        Assert.Equal([First], _dialled);

        _time.Advance(Moment);
        using var won = await race;
        Assert.Equal([First, Second], _dialled);
        var late = new Connection();
        _slow.SetResult(late);
        await late.Closed.WaitAsync(Cancellation);
        Assert.False(won.Closed.IsCompleted);
    }

    [Fact]
    public async Task An_address_that_refuses_is_followed_by_the_next_one_at_once()
    {
        _slow.SetException(new SocketException((int)SocketError.ConnectionRefused));
        using var won = await AddressRace.Run([First, Second], Dial, _time, Cancellation);
        Assert.Equal([First, Second], _dialled);
    }

    [Fact]
    public async Task When_no_address_answers_it_says_why_and_ends_when_nobody_waits()
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var swallowed = AddressRace.Run([First], Dial, _time, end.Token);
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => swallowed);

        _slow.SetException(new SocketException((int)SocketError.ConnectionRefused));
        var refused = await Assert.ThrowsAsync<SocketException>(
            () => AddressRace.Run([First], Dial, _time, Cancellation));
        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
        var nowhere = await Assert.ThrowsAsync<SocketException>(
            () => AddressRace.Run([], Dial, _time, Cancellation));
        Assert.Equal(SocketError.HostNotFound, nowhere.SocketErrorCode);
    }

    /// <summary>The first address answers when the test says so, if ever; the others do at once.</summary>
    private Task<Connection> Dial(IPAddress address, CancellationToken cancellation)
    {
        _dialled.Add(address);
        return address.Equals(First) ? _slow.Task : Task.FromResult(new Connection());
    }

    private sealed class Connection : IDisposable
    {
        private readonly TaskCompletionSource _closed = new();

        public Task Closed => _closed.Task;

        public void Dispose() => _closed.TrySetResult();
    }
}
