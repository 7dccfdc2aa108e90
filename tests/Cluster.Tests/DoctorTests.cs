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
        await Line("OK    certificate");
        await Line("OK    database   It answers through 127.0.0.1:");
        await Line("OK    members    This Mac is here, with 2 others of 2.");
        await Line("OK    db clock");

        await household.Execute(
            "CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS "
            + "$$ SELECT pg_catalog.clock_timestamp() - interval '10 minutes' $$");
        await Line(
            "FAIL  db clock   The database's clock is 600 s behind.",
            $"--Cluster:ConnectionString={server.ConnectionString};Search Path=public,pg_catalog");
        await Line(
            "FAIL  database   It refuses (28P01). (through 127.0.0.1:",
            $"--Cluster:ConnectionString={server.ConnectionString};Password=wrong");

        var id = household.Ids[mac.Home];
        await Line($"FAIL  certificate It is front-door's; this Mac is {id}.", Folder("other", "front-door"));
        await Line("FAIL  certificate It ended on ", Folder("expired", id, DateTimeOffset.UtcNow.AddHours(-1)));
        await Line("FAIL  certificate Its authority is another household's", Foreign(id));

        await mac.Process.Kill();
        await household.UntilSeen(household.Macs[1], mac, "away");
        await Line("FAIL  members    This Mac is listed as gone.");
        await household.Execute($"DELETE FROM OrleansMembershipTable WHERE SiloName = '{id}'");
        await Line("FAIL  members    This Mac is not among the 2 that are here.");
        await server.Kill();
        await Line("FAIL  database   It does not answer. (through 127.0.0.1:");
        await household.Door.Process.Kill();
        await Line("FAIL  database   The front door's port for Macs, 127.0.0.1:");

        async Task Line(string expected, params string[] faults)
        {
            var run = await household.Command(mac, ["doctor", .. faults]);
            var lines = run.Output.Split('\n');
            var at = Array.FindIndex(lines, line => line.StartsWith(expected, StringComparison.Ordinal));
            Assert.True(at >= 0, $"{expected}\n{run.Output}{run.Errors}");
            if (!expected.StartsWith("FAIL", StringComparison.Ordinal)) return;
            Assert.Equal(1, run.Exit);
            Assert.StartsWith(new string(' ', 17), lines[at + 1], StringComparison.Ordinal);
        }

        string Folder(string folder, string name, DateTimeOffset? until = null)
        {
            household.Issue(name, household.Of(folder), until);
            return $"--Cluster:Certificates={household.Of(folder)}";
        }

        string Foreign(string name)
        {
            // A member's files with the authority of somebody else.
            household.Issue(name, household.Of("foreign"));
            using var authority = HouseholdAuthority.Create(TimeProvider.System);
            File.WriteAllText(Path.Combine(household.Of("foreign"), "ca.pem"), authority.Certificate);
            return $"--Cluster:Certificates={household.Of("foreign")}";
        }
    }
}
