using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using QuicPair.Noise;
using QuicPair.Silo.Household;
using QuicPair.Silo.Keys;
using QuicPair.Silo.Tests.Keys;

namespace QuicPair.Silo.Tests.Household;

/// <summary>Whether the inviting Mac reaches the one that joins.</summary>
public sealed class JoinPlaceTests : IDisposable
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(10);

    private readonly KeyPair _inviter = KeyPair.Generate(RandomKeySource.Instance);
    private readonly KeyPair _joiner = KeyPair.Generate(RandomKeySource.Instance);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _inviter.Dispose();
        _joiner.Dispose();
    }

    [Fact]
    public async Task A_Mac_that_is_not_reached_is_told_so_and_the_invitation_stays_good()
    {
        var signed = 0;
        var (listener, invitation) = InvitationListener.Open(
            IPAddress.Loopback, _inviter, "first Mac", Life, (_, _) => Sign(ref signed), TimeProvider.System);
        using var open = listener;
        string nobody;
        using (var place = JoinPlace.Open("127.0.0.1", 0)!) nobody = place.At;
        var refusal = await Assert.ThrowsAsync<JoinException>(() => Ask(invitation, nobody, new byte[16]));
        Assert.Equal("unreachable", refusal.Code);
        Assert.StartsWith($"first Mac cannot reach this Mac at {nobody}", refusal.Message, StringComparison.Ordinal);

        // Somebody is there, and it is another one.
        using var other = JoinPlace.Open("127.0.0.1", 0)!;
        refusal = await Assert.ThrowsAsync<JoinException>(() => Ask(invitation, other.At, new byte[16]));
        Assert.Equal(("unreachable", 0), (refusal.Code, signed));

        Assert.Equal("certificate", (await Ask(invitation, other.At, other.Token)).Certificate);
        Assert.Equal(1, signed);
    }

    [Fact]
    public async Task Who_joins_is_reached_where_its_silo_will_be_and_keeps_nothing_when_it_is_refused()
    {
        using var temporary = new TemporaryFolder();
        using var folder = temporary.Open();
        using var keys = KeyStore.Open(folder, TimeProvider.System);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var secret = RandomNumberGenerator.GetBytes(HandshakeState.PresharedKeyLength);
        var invitation = new MemberInvitation(
            listener.LocalEndpoint.ToString()!, "first Mac", [.. _inviter.PublicKey], secret, long.MaxValue);
        var answering = Answer(listener, secret);

        var refusal = await Assert.ThrowsAsync<JoinException>(() =>
            new Joining(keys, folder.Of("household"), _ => { }, TimeProvider.System).Run(invitation, "127.0.0.1", 0));

        var (at, isReached) = await answering;
        Assert.StartsWith("127.0.0.1:", at, StringComparison.Ordinal);
        Assert.True(isReached);
        Assert.Contains($"at {at}", refusal.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.Of("household")));
    }

    private static JoinReply Sign(ref int signed)
    {
        signed++;
        return new JoinReply("certificate", "authority", "Host=192.0.2.1", "", "");
    }

    private async Task<JoinReply> Ask(MemberInvitation invitation, string at, byte[] token)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPEndPoint.Parse(invitation.At), Cancellation);
        var request = new JoinRequest(invitation.Secret, [1, 2, 3]) { At = at, Token = token };
        return await JoinExchange.Ask(client.GetStream(), _joiner, invitation, request, Cancellation);
    }

    /// <summary>Where who joins says that it will be, and whether it is there; it is refused all the same.</summary>
    private async Task<(string? At, bool IsReached)> Answer(TcpListener listener, byte[] secret)
    {
        using var client = await listener.AcceptTcpClientAsync(Cancellation);
        (string? At, bool IsReached) seen = default;
        await JoinExchange.Answer(
            client.GetStream(),
            _inviter,
            secret,
            async (_, request, stop) =>
            {
                seen = (request.At, await JoinPlace.IsReached(request, stop));
                return JoinReply.Refuse(JoinReply.Unreachable);
            },
            (_, _) => { },
            Cancellation);
        return seen;
    }
}
