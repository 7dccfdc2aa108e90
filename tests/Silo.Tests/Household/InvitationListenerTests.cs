using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Time.Testing;
using QuicPair.Noise;
using QuicPair.Silo.Household;
using QuicPair.Silo.Keys;

namespace QuicPair.Silo.Tests.Household;

/// <summary>Who else comes while a Mac joins. No time passes: whoever says nothing does not end by itself.</summary>
public sealed class InvitationListenerTests : IDisposable
{
    private const int MostAtOnce = 8;
    private const int MaxAttempts = 32;

    private readonly KeyPair _inviter = KeyPair.Generate(RandomKeySource.Instance);
    private readonly KeyPair _joiner = KeyPair.Generate(RandomKeySource.Instance);
    private readonly InvitationListener _listener;
    private readonly MemberInvitation _invitation;
    private readonly List<TcpClient> _silent = [];
    private int _signed;

    public InvitationListenerTests() => (_listener, _invitation) = InvitationListener.Open(
        IPAddress.Loopback, _inviter, "first Mac", TimeSpan.FromMinutes(10), (_, _) => Sign(), new FakeTimeProvider());

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        foreach (var client in _silent) client.Dispose();
        _listener.Dispose();
        _inviter.Dispose();
        _joiner.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(MostAtOnce)]
    [InlineData(MaxAttempts + MostAtOnce)]
    public async Task Connections_that_say_nothing_keep_no_Mac_from_joining(int count)
    {
        for (var one = 0; one < count; one++) await ComeSilently();

        Assert.Equal("certificate", (await Ask(_invitation)).Certificate);

        Assert.Equal(1, Volatile.Read(ref _signed));
        await Assert.ThrowsAnyAsync<Exception>(() => Ask(_invitation));
        Assert.Equal(1, Volatile.Read(ref _signed));
    }

    [Fact]
    public async Task Of_those_that_say_nothing_the_oldest_gives_its_place_to_the_next()
    {
        for (var one = 0; one < MostAtOnce; one++) await ComeSilently();

        await Ended(_silent[0]);

        var newest = _silent[^1].GetStream().ReadAsync(new byte[1], Cancellation).AsTask();
        Assert.Equal("certificate", (await Ask(_invitation)).Certificate);
        Assert.False(newest.IsCompleted);
    }

    [Fact]
    public async Task Those_without_the_secret_do_not_count_and_of_those_with_it_so_many_may_try()
    {
        var guessed = _invitation with { Secret = new byte[HandshakeState.PresharedKeyLength] };
        for (var guess = 0; guess <= MaxAttempts; guess++)
        {
            Assert.Equal("refused", (await Assert.ThrowsAsync<JoinException>(() => Ask(guessed))).Code);
        }

        string nobody;
        using (var place = JoinPlace.Open("127.0.0.1", 0)!) nobody = place.At;
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var refusal = await Assert.ThrowsAsync<JoinException>(() => Ask(_invitation, nobody));
            Assert.Equal("unreachable", refusal.Code);
        }

        await Assert.ThrowsAnyAsync<Exception>(() => Ask(_invitation));
        Assert.Equal(0, Volatile.Read(ref _signed));
    }

    [Fact]
    public async Task Of_several_that_ask_at_the_same_time_one_joins()
    {
        var asked = Enumerable.Range(0, MostAtOnce - 1).Select(_ => Ask(_invitation)).ToList();
        _ = await Record.ExceptionAsync(() => Task.WhenAll(asked));
        _ = Assert.Single(asked, one => one.Status == TaskStatus.RanToCompletion);
        Assert.Equal(1, Volatile.Read(ref _signed));
    }

    private JoinReply Sign()
    {
        Interlocked.Increment(ref _signed);
        return new JoinReply("certificate", "authority", "Host=192.0.2.1", "", "");
    }

    private async Task ComeSilently()
    {
        var client = new TcpClient();
        _silent.Add(client);
        await client.ConnectAsync(IPEndPoint.Parse(_invitation.At), Cancellation);
    }

    private static async Task Ended(TcpClient client)
    {
        try
        {
            Assert.Equal(0, await client.GetStream().ReadAsync(new byte[1], Cancellation));
        }
        catch (IOException)
        {
            // Reset: ended all the same.
        }
    }

    private async Task<JoinReply> Ask(MemberInvitation invitation, string? at = null)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPEndPoint.Parse(invitation.At), Cancellation);
        var token = at is null ? null : new byte[16];
        var request = new JoinRequest(invitation.Secret, [1, 2, 3]) { At = at, Token = token };
        return await JoinExchange.Ask(client.GetStream(), _joiner, invitation, request, Cancellation);
    }
}
