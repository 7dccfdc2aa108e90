using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using QuicPair.Cluster.Certificates;
using QuicPair.Cluster.Door;
using QuicPair.Cluster.Tests.Processes;
using QuicPair.Interop.Peers;
using QuicPair.Protocol.Messages;
using Xunit;

namespace QuicPair.Cluster.Tests;

/// <summary>Macs that know the front door's port and nothing else: no address of a database.</summary>
public sealed class DoorTests(Database database)
{
    // Ends a hang; sooner than PostgreSQL ends a connection that does not log in.
    private static readonly TimeSpan Hang = TimeSpan.FromMinutes(5);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Phones_reach_macs_through_the_door_also_after_it_was_killed_and_do_not_notice()
    {
        await using var household = await Household.Start(database.Server, macs: 2, throughDoor: true);
        await using var phone = await household.Pair(household.Macs[0], "phone");
        await using var live = await phone.Open(phone.Pairings.Load().Single(), Cancellation);
        Assert.IsType<DoneMessage>(await Answers.Last(live));

        await household.RestartDoor();
        Assert.IsType<DoneMessage>(await Answers.Last(live));
        foreach (var mac in household.Macs)
        {
            await household.Until(mac, 403);
        }

        await using var newcomer = await household.Pair(household.Macs[1], "newcomer");
        Assert.IsType<DoneMessage>(await Answers.Last(live));
    }

    [Fact]
    public async Task A_household_that_cannot_be_made_leaves_a_member_its_way_to_the_database()
    {
        await using var household = await Household.Start(database.Server, macs: 1, throughDoor: true);
        var mac = household.Macs[0];
        var way = Path.Combine(mac.Home, "household", ".s.PGSQL.1");
        Assert.True(File.Exists(way));

        var (exit, _, errors) = await household.Command(
            mac, "household", "create", "--database", "Username=nobody", "--door", $"{household.DoorPort}",
            "--address", "127.0.0.1", "--port", $"{FreePort.Next()}");

        Assert.True(exit == 3, $"{exit}: {errors}");
        Assert.True(File.Exists(way));
        Assert.False(File.Exists(Path.Combine(mac.Home, "household", "ca.key")));
        Assert.Equal(403, await household.Knock(mac));
    }

    [Fact]
    public async Task A_member_that_was_expelled_loses_its_way_to_the_database_and_its_phones_are_told()
    {
        const string Stolen = "cccccccccccccccc";
        await using var household = await Household.Start(database.Server, macs: 2, throughDoor: true);
        var (stays, goes) = (household.Macs[0], household.Macs[1]);
        household.Issue(Stolen, household.Of("stolen"));
        using var certificate = MemberCertificate.Open(household.Of("stolen"))!;
        await using var open = await AtTheDatabase(household, certificate);
        var ended = ReadOn(open);

        await household.Expel(Stolen);
        await ended.WaitAsync(Hang, Cancellation);
        await Assert.ThrowsAnyAsync<Exception>(async () => await AtTheDatabase(household, certificate));

        await household.Expel(household.Ids[goes.Home]);
        await household.Until(goes, 404);
        Assert.Equal(403, await household.Knock(stays));
    }

    /// <summary>The command refuses to do so; whoever has the authority's key can.</summary>
    [Fact]
    public async Task A_front_door_whose_name_is_signed_away_ends_and_phones_that_are_connected_stay()
    {
        await using var household = await Household.Start(database.Server, macs: 1);
        await using var phone = await household.Pair(household.Macs[0], "phone");
        await using var live = await phone.Open(phone.Pairings.Load().Single(), Cancellation);

        await household.Expel(ClusterIdentity.FrontDoor);
        Assert.NotEqual(0, await household.Door.Process.Exit());
        Assert.IsType<DoneMessage>(await Answers.Last(live));
    }

    [Fact]
    public async Task A_front_door_that_reads_that_its_name_is_signed_away_says_so()
    {
        await using var household = await Household.Start(database.Server, macs: 0);
        await household.Expel(ClusterIdentity.FrontDoor);
        Assert.Equal(1, await household.Door.Process.Exit());
        Assert.Contains(
            "This front door was expelled from its household", household.Door.Process.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Strangers_of_one_address_leave_room_for_those_of_others_and_are_let_in_again()
    {
        var strangers = new Strangers();
        var (crowd, other) = (IPAddress.Parse("192.0.2.7"), IPAddress.Parse("192.0.2.8"));
        var entered = 0;
        while (strangers.TryEnter(crowd)) entered++;

        Assert.InRange(entered, 1, 64);
        Assert.False(strangers.TryEnter(crowd.MapToIPv6()));
        Assert.True(strangers.TryEnter(other));
        strangers.Leave(crowd);
        Assert.True(strangers.TryEnter(crowd));
    }

    [Fact]
    public async Task A_connection_that_ended_while_it_waited_is_not_kept()
    {
        const string Mac = "aaaaaaaaaaaaaaaa";
        var waiting = new WaitingMembers(TimeProvider.System);
        var live = waiting.Keep(Mac, new Pipe().Reader.AsStream(), Cancellation);

        for (var ended = 0; ended < 10; ended++)
        {
            await waiting.Keep(Mac, Stream.Null, Cancellation);
        }

        Assert.Equal((1, false), (waiting.CountOf(Mac), live.IsCompleted));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stranger_at_the_door_reads_nothing(bool ofAnotherHousehold)
    {
        await using var household = await Household.Start(database.Server, macs: 0, throughDoor: true);
        using var client = new TcpClient();
        await client.ConnectAsync(household.DoorPort, Cancellation);
        await using var ssl = new SslStream(client.GetStream(), false, (_, shown, _, _) => shown is not null);
        var hello = new SslClientAuthenticationOptions { TargetHost = "x" };
        using var foreign = HouseholdAuthority.Create(TimeProvider.System);
        MemberCertificate.Issue(foreign, "aaaaaaaaaaaaaaaa", household.Of("foreign"));
        using var certificate = MemberCertificate.Open(household.Of("foreign"))!;
        if (ofAnotherHousehold)
        {
            hello.ClientCertificates = [certificate.Certificate];
        }

        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await ssl.AuthenticateAsClientAsync(hello, Cancellation);

            // PostgreSQL's first answer would be a byte.
            await ssl.WriteAsync("D\0\0\0\u0008\u0004\u00d2\u0016\u002f"u8.ToArray(), Cancellation);
            await ssl.ReadExactlyAsync(new byte[1], Cancellation);
        });
    }

    /// <summary>A connection to PostgreSQL through the door, which has said its first word.</summary>
    private static async Task<SslStream> AtTheDatabase(Household household, MemberCertificate certificate)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(household.DoorPort, Cancellation);
        var ssl = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await ssl.AuthenticateAsClientAsync(MemberTls.Client(certificate, _ => true), Cancellation);

        // The purpose, then PostgreSQL's SSLRequest.
        await ssl.WriteAsync(new byte[] { (byte)'D', 0, 0, 0, 8, 0x04, 0xD2, 0x16, 0x2F }, Cancellation);
        await ssl.ReadExactlyAsync(new byte[1], Cancellation);
        return ssl;
    }

    /// <summary>Completes when the connection has ended.</summary>
    private static async Task ReadOn(SslStream stream)
    {
        try
        {
            Assert.Equal(0, await stream.ReadAsync(new byte[1], Cancellation));
        }
        catch (IOException)
        {
            // Reset: ended all the same.
        }
    }
}
