using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using QuicPair.Grains.Interfaces;
using QuicPair.Protocol;
using QuicPair.Silo.Audit;
using QuicPair.Silo.Keys;
using QuicPair.Silo.Requests;
using QuicPair.Silo.Tests.Keys;

namespace QuicPair.Silo.Tests.Audit;

public sealed class AuditLogTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));
    private readonly DataFolder _folder;
    private readonly AuditLog _audit;

    public AuditLogTests()
    {
        _folder = _temporary.Open();
        _audit = new AuditLog(_folder.Of("audit.log"), _time, NullLogger<AuditLog>.Instance);
    }

    public void Dispose()
    {
        _folder.Dispose();
        _temporary.Dispose();
    }

    [Fact]
    public async Task A_pairings_life_is_written_down_without_a_name_or_a_key()
    {
        using var keys = KeyStore.Open(_folder, _time);
        keys.Audit = _audit;
        var invitation = keys.Invite(TimeSpan.FromSeconds(120), LinkFlags.None);
        var record = new DeviceRecord(
            invitation.Device, new byte[32], new byte[32], new byte[32], "Anna's phone", false, _time.GetUtcNow());
        keys.Claim(invitation, record);
        keys.Commit(record);
        keys.Commit(record);
        keys.Rename(DeviceId.Parse(record.Id), "Berta's phone");
        await keys.Delete(DeviceId.Parse(record.Id));

        var lines = Lines("audit.log");

        Assert.Equal(["invited", "claimed", "paired", "renamed", "revoked"], lines.Select(Event));
        Assert.All(lines, line => Assert.Equal(record.Id, line.GetProperty("device").GetString()));
        Assert.All(lines, line => Assert.Equal(3, line.EnumerateObject().Count()));
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.Of("audit.log")));
    }

    [Fact]
    public void Rights_are_written_down_when_they_change_and_not_when_they_are_used()
    {
        using var keys = KeyStore.Open(_folder, _time);
        var invitation = keys.Invite(TimeSpan.FromSeconds(120), LinkFlags.None);
        var record = new DeviceRecord(
            invitation.Device, new byte[32], new byte[32], new byte[32], "phone", false, _time.GetUtcNow());
        keys.Claim(invitation, record);
        keys.Commit(record);
        keys.Audit = _audit;
        keys.Change(record.Id, stored => stored with { Rights = new DeviceRights { TokensPerDay = 9 } });

        var ledger = new TokenLedger(keys, _time);
        ledger.Add(record.Id, 3);
        ledger.Add(record.Id, 4);

        Assert.Equal(7, keys.Find(record.Id).Record!.Rights!.UsedTokens);
        Assert.Equal("rights_changed", Event(Assert.Single(Lines("audit.log"))));
    }

    [Fact]
    public void Strangers_fill_so_many_lines_a_minute_and_the_others_are_counted()
    {
        for (var i = 0; i < 1_000; i++) _audit.Refused("aaaaaaaaaaaaaaaa", "unknown");
        Assert.Equal(AuditLog.RefusalsPerMinute, Lines("audit.log").Count);

        _time.Advance(TimeSpan.FromMinutes(1));
        _audit.Refused("aaaaaaaaaaaaaaaa", "auth");

        var last = Lines("audit.log")[^1];
        Assert.Equal("auth", last.GetProperty("reason").GetString());
        Assert.Equal(1_000 - AuditLog.RefusalsPerMinute, last.GetProperty("unwritten").GetInt64());
    }

    [Fact]
    public void The_file_and_the_one_before_it_are_all_there_is()
    {
        File.WriteAllBytes(_folder.Of("audit.log"), new byte[AuditLog.MaxLength - 10]);
        File.WriteAllText(_folder.Of("audit.log.1"), "older");
        _audit.Write(AuditEvent.Started);
        _audit.Write(AuditEvent.Invited, "aaaaaaaaaaaaaaaa");

        Assert.True(new FileInfo(_folder.Of("audit.log.1")).Length >= AuditLog.MaxLength);
        Assert.Equal("invited", Event(Assert.Single(Lines("audit.log"))));
    }

    [Fact]
    public void A_log_that_cannot_be_written_stops_nothing()
    {
        Directory.CreateDirectory(_folder.Of("audit.log"));
        _audit.Write(AuditEvent.Started);
        _audit.Refused("aaaaaaaaaaaaaaaa", "unknown");
        _audit.Flush();
        Directory.Delete(_folder.Of("audit.log"));
        _audit.Write(AuditEvent.Invited, "aaaaaaaaaaaaaaaa");
        Assert.Single(Lines("audit.log"));
    }

    [Fact]
    public async Task Whoever_is_turned_away_waits_for_no_disk()
    {
        // A pipe without a reader: opening it for writing lasts until there is one.
        var path = _folder.Of("audit.log");
        using (var make = Process.Start("mkfifo", [path]))
        {
            await make.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        var cancellation = TestContext.Current.CancellationToken;
        await Task.Run(TurnAway, cancellation).WaitAsync(TimeSpan.FromMinutes(1), cancellation); // ends a hang

        await using (new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite)) _audit.Flush();
        File.Delete(path);
        _audit.Write(AuditEvent.Started);
        Assert.Equal("started", Event(Lines("audit.log")[^1]));

        void TurnAway()
        {
            for (var i = 0; i < 1_000; i++) _audit.Refused("aaaaaaaaaaaaaaaa", "unknown");
        }
    }

    private static string? Event(JsonElement line) => line.GetProperty("event").GetString();

    private List<JsonElement> Lines(string name)
    {
        _audit.Flush();
        return [.. File.ReadAllLines(_folder.Of(name)).Select(line => JsonSerializer.Deserialize<JsonElement>(line))];
    }
}
