using System.Security.Cryptography;
using Npgsql;
using QuicPair.Cluster.Tests.Processes;
using QuicPair.EndToEnd;
using QuicPair.EndToEnd.Canary;
using QuicPair.Protocol;
using Xunit;

namespace QuicPair.Cluster.Tests;

/// <summary>
/// Plants a prompt, a secret, a name and keys in a household over PostgreSQL whose Mac has a runner outside, then looks
/// for them in the database and wherever else they must not be. EndToEnd does it for a Mac without a database.
/// </summary>
public sealed class CanaryTests
{
    private const int Words = 3;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_planted_is_found_in_the_database_or_the_front_door_and_the_runner_gets_the_prompt_alone()
    {
        var held = $"planted-{Guid.NewGuid():N}";
        await using var runner = new MeteredRunner(Words);

        // All of the only answer, and its end.
        runner.Say(Words + 1);
        var (household, server) = await Household.StartWithServer(macs: 1, more: Settings(runner, held));
        await using var members = household;
        var (mac, door) = (household.Macs[0], household.Door);
        var phones = Directory.CreateDirectory(household.Of("phones"));
        var planted = await Planted.Through(mac, door.Address, phones.FullName);
        var scan = await WithKeysOfTheHousehold(planted.Everywhere, household);
        CanaryAssert.Finds(scan, planted);

        AssertHeardThePromptAlone(scan, planted.Prompt, runner.Heard);
        CanaryAssert.Absent(scan, "what the phone says of failures", planted.Failures);
        CanaryAssert.Absent(scan, "the Mac's output", mac.Process.Output + mac.Process.Errors);
        CanaryAssert.Absent(scan, "the front door's output", door.Process.Output + door.Process.Errors);
        CanaryAssert.Absent(scan, "the Mac's /metrics", await mac.Metrics());
        CanaryAssert.Absent(scan, "the front door's /metrics", await Measured.By(door.Process));
        CanaryAssert.NotStored(planted.Stored, mac.Home);
        CanaryAssert.NotStored(planted.Everywhere, household.Of("front-door"));
        await AssertNotInTheDatabase(scan, planted.Device, household, server);

        // The last of all: where memory cannot be read, everything before it has been looked at.
        var everywhere = planted.Everywhere;
        Assert.Equal([held], MemoryScan.Find(door.Process.Id, [held, .. everywhere.Texts], everywhere.Secrets));
    }

    /// <summary>Of every member; the front door's memory does hold <paramref name="held"/>.</summary>
    private static Dictionary<string, string?> Settings(MeteredRunner runner, string held) => new(runner.Settings)
    {
        ["FrontDoor__Planted"] = held,
        ["Metrics__Port"] = "0",
        ["Logging__LogLevel__Default"] = "Trace",
        ["Logging__LogLevel__QuicPair"] = "Trace",
    };

    /// <summary>The database's password and the front door's seal are in their own places only, too.</summary>
    private static async Task<CanaryScan> WithKeysOfTheHousehold(CanaryScan scan, Household household)
    {
        var password = new NpgsqlConnectionStringBuilder(ConnectionString(household)).Password!;
        var seal = await File.ReadAllBytesAsync(household.Of("front-door/front-door.key"), Cancellation);
        return new CanaryScan([.. scan.Texts, password], [.. scan.Secrets, seal[^KeySchedule.KeyLength..]]);
    }

    private static void AssertHeardThePromptAlone(CanaryScan scan, string prompt, string heard)
    {
        var found = scan.FoundIn(heard);
        var others = found.Count(text => text != prompt);
        Assert.True(found.Count > others, "The runner did not hear the prompt.");
        Assert.True(others == 0, $"The runner heard {others} other planted strings.");
    }

    private static async Task AssertNotInTheDatabase(
        CanaryScan scan, string device, Household household, PostgresProcess server)
    {
        var (text, bytes) = ($"planted-{Guid.NewGuid():N}", RandomNumberGenerator.GetBytes(KeySchedule.KeyLength));
        await household.Execute("CREATE TABLE Planted (Words text, Bytes bytea)");
        await household.Execute(
            $"INSERT INTO Planted VALUES ('{text}', decode('{Convert.ToHexString(bytes)}', 'hex'))");

        // In the log a value may stand on both sides of a page's end; from here on it is in a file, too.
        await household.Execute("CHECKPOINT");
        CanaryScan[] stored = [new([text], []), new([], [bytes])];

        // A pairing is noted soon after it is made, and what is looked at has a row about this one.
        var about = new CanaryScan([device], []);
        var rows = await StoredContent.Rows(ConnectionString(household));
        while (!rows.Any(row => about.IsIn(row.Value)))
        {
            Cancellation.ThrowIfCancellationRequested();
            rows = await StoredContent.Rows(ConnectionString(household));
        }

        Assert.Equal(stored.Length, stored.Count(known => rows.Any(row => known.IsIn(row.Value))));
        foreach (var (table, value) in rows)
        {
            Assert.False(scan.IsIn(value), $"Something planted is in a row of {table}.");
        }

        var seen = new HashSet<CanaryScan>();
        foreach (var (path, content) in await StoredContent.Files(server))
        {
            seen.UnionWith(stored.Where(known => known.IsIn(content)));
            Assert.False(scan.IsIn(content), $"Something planted is in {path}.");
        }

        Assert.Equal(stored.Length, seen.Count);
    }

    private static string ConnectionString(Household household) => household.Settings()["Cluster__ConnectionString"]!;
}
