using System.Diagnostics;
using QuicPair.Cluster.Tests.Processes;
using QuicPair.EndToEnd;
using Xunit;

namespace QuicPair.Cluster.Tests;

/// <summary>The way of a second Mac into a household, with the real command on both.</summary>
public sealed class JoinTests(Database database) : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("quicpair-join-").FullName;
    private MacProcess _first = null!;
    private MacProcess _second = null!;
    private string _database = "";

    public async ValueTask InitializeAsync()
    {
        _database = await database.Server.NewDatabase();
        var starts = new[] { "first", "second" }.Select(name => MacProcess.Start(
            Path.Combine(_folder, name), 0, new Dictionary<string, string?> { ["Mac__Name"] = $"{name} Mac" }));
        var macs = await Task.WhenAll(starts);
        (_first, _second) = (macs[0], macs[1]);
    }

    public async ValueTask DisposeAsync()
    {
        await _first.DisposeAsync();
        await _second.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task One_paste_makes_a_mac_a_member_and_the_invitation_works_once()
    {
        await Create();
        var invitation = (await Ok(_first, "invite")).Split('\n')[0];
        await Ok(_second, "join", invitation, "--address", "127.0.0.1", "--port", Port);
        var macs = await Ok(_first, "macs", "--json");
        Assert.Equal(2, macs.Split("\"here\"").Length - 1);

        Assert.Contains("\"joined\"", await Audit(_first), StringComparison.Ordinal);
        Assert.Contains("\"joined\"", await Audit(_second), StringComparison.Ordinal);

        var settings = Path.Combine(_second.Home, "household", "settings.json");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(settings));
        Assert.False(File.Exists(Path.Combine(_second.Home, "household", "ca.key")));
        var (exit, _, errors) = await Run(_second, "join", invitation);
        Assert.Equal(3, exit);
        Assert.Contains("first Mac", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mac_that_cannot_be_reached_is_named_within_15_seconds()
    {
        await Create();
        var invitation = (await Ok(_first, "invite")).Split('\n')[0];
        Signals.Stop(_first.Process.Id);
        try
        {
            var watch = Stopwatch.StartNew();
            var (exit, _, errors) = await Run(_second, "join", invitation);
            Assert.Equal(3, exit);
            Assert.Contains("first Mac", errors, StringComparison.Ordinal);
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(15), watch.Elapsed.ToString());
            Assert.False(Directory.Exists(Path.Combine(_second.Home, "household")));
        }
        finally
        {
            Signals.Continue(_first.Process.Id);
        }
    }

    [Fact]
    public async Task Nobody_joins_with_a_made_up_secret()
    {
        await Create();
        var invitation = (await Ok(_first, "invite")).Split('\n')[0];
        var (exit, _, _) = await Run(_second, "join", invitation[..^8] + "AAAAAAAA");
        Assert.NotEqual(0, exit);
        Assert.False(Directory.Exists(Path.Combine(_second.Home, "household")));
    }

    private static Task<string> Audit(MacProcess mac) => File.ReadAllTextAsync(Path.Combine(mac.Home, "audit.log"));

    private static string Port => $"{PostgresProcess.FreePort()}";

    private Task<string> Create() => Ok(
        _first, "household", "create", "--database", _database, "--address", "127.0.0.1", "--port", Port);

    private static async Task<string> Ok(MacProcess mac, params string[] arguments)
    {
        var (exit, output, errors) = await Run(mac, arguments);
        Assert.True(exit == 0, $"{exit}: {errors}\n{mac.Process.Output}\n{mac.Process.Errors}");
        return output;
    }

    private static async Task<(int Exit, string Output, string Errors)> Run(MacProcess mac, params string[] arguments)
    {
        await using var command = ChildProcess.Start(
            "dotnet", [Tree.Program("Cli"), .. arguments],
            new Dictionary<string, string?> { ["QUICPAIR_HOME"] = mac.Home });
        command.Input.Close();
        var exit = await command.Exit();
        return (exit, command.Output, command.Errors);
    }
}
