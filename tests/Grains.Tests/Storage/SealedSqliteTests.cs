using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using QuicPair.Cluster.Storage;
using QuicPair.Grains.Interfaces;
using Xunit;

namespace QuicPair.Grains.Tests.Storage;

public sealed class SealedSqliteTests : IDisposable
{
    private const string Planted = "planted-name-5ce1";
    private readonly string _folder = Directory.CreateTempSubdirectory("quicpair-").FullName;
    private readonly StateKey _key = new(1, RandomNumberGenerator.GetBytes(StateKey.Length));

    private string Database => Path.Combine(_folder, "state", "silo.db");

    public void Dispose()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task State_survives_a_restart_and_the_file_shows_nothing_of_it()
    {
        var device = Sample.NewDevice();
        await using (var before = await LoneMac.Start(Database, _key))
        {
            await Pair(before, device);
            Assert.True(await before.Grains.Pairing(new PairingKey(before.Mac.Id, device)).Revoke());
            Assert.True(Bytes().Length > 0);
            Assert.DoesNotContain(Planted, Bytes(), StringComparison.Ordinal);
        }

        Assert.DoesNotContain(Planted, Bytes(), StringComparison.Ordinal);
        Assert.Contains(device.Value, Bytes(), StringComparison.Ordinal);
        await using var after = await LoneMac.Start(Database, _key);
        var state = await after.Grains.Pairing(new PairingKey(after.Mac.Id, device)).GetState();
        Assert.Equal((PairingStage.Revoked, DisplayName.Redact(Planted)), (state.Stage, state.Name));
    }

    [Fact]
    public async Task Another_key_does_not_open_it_and_the_pairing_goes_on_with_a_new_record()
    {
        var device = Sample.NewDevice();
        await using (var before = await LoneMac.Start(Database, _key))
        {
            await Pair(before, device);
        }

        var other = new StateKey(1, RandomNumberGenerator.GetBytes(StateKey.Length));
        await using (var after = await LoneMac.Start(Database, other))
        {
            var key = new PairingKey(after.Mac.Id, device);
            var grain = after.Grains.Pairing(key);
            var lost = await grain.GetState();
            Assert.Equal((null, ""), (lost.Stage, lost.Name));
            after.Mac.Put(device, PairingStage.Paired, "New name");
            Assert.NotNull((await grain.Connect(Sample.From(key))).Answer);
            await grain.Refresh();
        }

        await using var later = await LoneMac.Start(Database, other);
        var state = await later.Grains.Pairing(new PairingKey(later.Mac.Id, device)).GetState();

        // Only the record knows the name: this Mac's key file has no such device, which is shown as removed.
        Assert.Equal((PairingStage.Revoked, DisplayName.Redact("New name")), (state.Stage, state.Name));
    }

    [Fact]
    public async Task A_row_moved_to_another_device_is_refused()
    {
        var (mine, other) = (Sample.NewDevice(), Sample.NewDevice());
        await using (var before = await LoneMac.Start(Database, _key))
        {
            await Pair(before, mine);
            await Pair(before, other);
        }

        Execute($"""
            UPDATE OrleansStorage SET PayloadBinary =
              (SELECT PayloadBinary FROM OrleansStorage WHERE GrainIdExtensionString LIKE '%{other}%')
            WHERE GrainIdExtensionString LIKE '%{mine}%'
            """);
        await using var after = await LoneMac.Start(Database, _key);
        var moved = after.Grains.Pairing(new PairingKey(after.Mac.Id, mine));
        var kept = after.Grains.Pairing(new PairingKey(after.Mac.Id, other));
        await Assert.ThrowsAsync<RecordException>(moved.GetState);
        Assert.Equal(DisplayName.Redact(Planted), (await kept.GetState()).Name);
    }

    [Fact]
    public async Task Only_the_owner_can_read_the_files()
    {
        await using var mac = await LoneMac.Start(Database, _key);
        await Pair(mac, Sample.NewDevice());
        var owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.All(
            Directory.GetFiles(Path.GetDirectoryName(Database)!),
            file => Assert.Equal(owner, File.GetUnixFileMode(file)));
    }

    [Fact]
    public async Task A_household_of_one_talks_to_no_other_silo()
    {
        await using var mac = await LoneMac.Start(Database, _key);
        using var stranger = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await stranger.ConnectAsync(mac.SiloAddress, TestContext.Current.CancellationToken);
        try
        {
            await stranger.SendAsync(new byte[64], TestContext.Current.CancellationToken);
            Assert.Equal(0, await stranger.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken));
        }
        catch (SocketException reset)
        {
            // Reset while reading, or a broken pipe while still writing: closed all the same.
            Assert.Contains(reset.SocketErrorCode, new[] { SocketError.ConnectionReset, SocketError.Shutdown });
        }
    }

    [Fact]
    public async Task The_fleet_is_remembered()
    {
        var other = MacId.Parse("eeeeeeeeeeeeeeee");
        await using (var before = await LoneMac.Start(Database, _key))
        {
            Assert.True(await before.Grains.Fleet(before.Mac.Id.Value).Seen(other, Planted));
            Assert.True(await before.Grains.Fleet(before.Mac.Id.Value).Seen(other, string.Empty));
        }

        await using var after = await LoneMac.Start(Database, _key);
        var fleet = after.Grains.Fleet(after.Mac.Id.Value);
        var member = Assert.Single((await fleet.GetState()).Macs);
        Assert.Equal((other, Planted), (member.Mac, member.Name));
        Assert.True(await fleet.Forget(other));
        Assert.Empty((await fleet.GetState()).Macs);
    }

    private static async Task Pair(LoneMac mac, DeviceId device)
    {
        mac.Mac.Put(device, PairingStage.Paired, Planted);
        await mac.Grains.Pairing(new PairingKey(mac.Mac.Id, device)).Refresh();
    }

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Database}");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        Assert.Equal(1, command.ExecuteNonQuery());
    }

    private string Bytes() => string.Concat(
        Directory.GetFiles(Path.GetDirectoryName(Database)!).Select(Read));

    private static string Read(string path)
    {
        const FileShare Others = FileShare.ReadWrite | FileShare.Delete;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, Others);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return Encoding.Latin1.GetString(bytes);
    }
}
