using QuicPair.Cluster.Certificates;
using QuicPair.Cluster.Tests.Processes;
using Xunit;

namespace QuicPair.Cluster.Tests;

/// <summary><c>quicpair doctor</c> on a Mac of a household: each check beside the fault that it is there for.</summary>
public sealed class DoctorTests
{
    [Fact]
    public async Task Each_fault_of_a_household_has_its_line()
    {
        var (household, server) = await Household.StartWithServer(macs: 2, throughDoor: true);
        await using var members = household;
        var mac = household.Macs[0];
        await Line(household, "OK    certificate");
        await Line(household, "OK    database   It answers through 127.0.0.1:");
        await Line(household, "OK    members    This Mac is here, with 2 others of 2.");
        await Line(household, "OK    db clock");

        await household.Execute(
            "CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS "
            + "$$ SELECT pg_catalog.clock_timestamp() - interval '10 minutes' $$");
        var behind = await Line(
            household,
            "FAIL  db clock   The database's clock is ",
            $"--Cluster:ConnectionString={server.ConnectionString};Search Path=public,pg_catalog");

        // Its answer may take its time.
        Assert.Matches(@" (59\d|60\d) s behind\.$", behind);
        await Line(
            household,
            "FAIL  database   It refuses (28P01). (through 127.0.0.1:",
            $"--Cluster:ConnectionString={server.ConnectionString};Password=wrong");

        var id = household.Ids[mac.Home];
        var others = Files(household, "other", "front-door");
        var expired = Files(household, "expired", id, DateTimeOffset.UtcNow.AddHours(-1));
        await Line(household, $"FAIL  certificate It is front-door's; this Mac is {id}.", others);
        await Line(household, "FAIL  certificate It ended on ", expired);
        await Line(household, "FAIL  certificate Its authority is another household's", ForeignFiles(household, id));

        // The clock was set back: the youngest entry is a dead one, and this Mac is here all the same.
        await household.Execute(
            "INSERT INTO OrleansMembershipTable SELECT DeploymentId, Address, 1, Generation + 1000000, SiloName, "
            + "HostName, 6, ProxyPort, SuspectTimes, StartTime, IAmAliveTime FROM OrleansMembershipTable "
            + $"WHERE SiloName = '{id}' AND Status = 3");
        await Line(household, "OK    members    This Mac is here, with 2 others of 2.");

        await mac.Process.Kill();
        await household.UntilSeen(household.Macs[1], mac, "away");
        await Line(household, "FAIL  members    This Mac is listed as gone.");
        await household.Execute($"DELETE FROM OrleansMembershipTable WHERE SiloName = '{id}'");
        await Line(household, "FAIL  members    This Mac is not among the 2 that are here.");
        await server.Kill();
        await Line(household, "FAIL  database   It does not answer. (through 127.0.0.1:");
        await household.Door.Process.Kill();
        await Line(household, "FAIL  database   The front door's port for Macs, 127.0.0.1:");
    }

    private static async Task<string> Line(Household household, string expected, params string[] faults)
    {
        var run = await household.Command(household.Macs[0], ["doctor", .. faults]);
        var lines = run.Output.Split('\n');
        var at = Array.FindIndex(lines, line => line.StartsWith(expected, StringComparison.Ordinal));
        Assert.True(at >= 0, $"{expected}\n{run.Output}{run.Errors}");
        if (!expected.StartsWith("FAIL", StringComparison.Ordinal)) return lines[at];
        Assert.Equal(1, run.Exit);
        Assert.StartsWith(new string(' ', 17), lines[at + 1], StringComparison.Ordinal);
        return lines[at];
    }

    private static string Files(Household household, string folder, string name, DateTimeOffset? until = null)
    {
        household.Issue(name, household.Of(folder), until);
        return $"--Cluster:Certificates={household.Of(folder)}";
    }

    /// <summary>A member's files with the authority of somebody else.</summary>
    private static string ForeignFiles(Household household, string name)
    {
        household.Issue(name, household.Of("foreign"));
        using var authority = HouseholdAuthority.Create(TimeProvider.System);
        File.WriteAllText(Path.Combine(household.Of("foreign"), "ca.pem"), authority.Certificate);
        return $"--Cluster:Certificates={household.Of("foreign")}";
    }
}
