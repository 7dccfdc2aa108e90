using System.Net.Security;
using System.Net.Sockets;
using QuicPair.Cluster.Certificates;
using QuicPair.Cluster.Tests.Processes;
using QuicPair.Protocol.Messages;
using Xunit;

namespace QuicPair.Cluster.Tests;

/// <summary>Macs that know the front door's port and nothing else: no address of a database.</summary>
public sealed class DoorTests(Database database)
{
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
}
