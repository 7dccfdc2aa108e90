using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using QuicPair.Grains.Interfaces;
using QuicPair.Grains.Interfaces.Household;
using QuicPair.Noise;
using QuicPair.Protocol;
using QuicPair.Silo.Keys;

namespace QuicPair.Silo.Tests.Keys;

public sealed class KeyStoreTests : IDisposable
{
    private readonly TemporaryFolder _temporary = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));
    private readonly DataFolder _folder;

    public KeyStoreTests() => _folder = _temporary.Open();

    public void Dispose()
    {
        _folder.Dispose();
        _temporary.Dispose();
    }

    [Fact]
    public void The_macs_key_and_the_invitation_survive_a_restart()
    {
        using var first = Open();
        var invitation = first.Invite(TimeSpan.FromSeconds(120), LinkFlags.OwnerMustConfirm);

        using var second = Open();

        Assert.Equal(first.MacId, second.MacId);
        Assert.Equal(16, second.MacId.Length);
        var kept = second.Find(invitation.Device).Invitation!;
        Assert.Equal(invitation.Secret, kept.Secret);
        Assert.Equal(LinkFlags.OwnerMustConfirm, kept.Flags);
    }

    [Fact]
    public void What_cannot_be_written_changes_nothing_and_is_said()
    {
        using var keys = Open();
        var invitation = keys.Invite(TimeSpan.FromSeconds(120), LinkFlags.None);
        var blocker = Directory.CreateDirectory(_folder.Of("keys.new"));

        var problem = Assert.Throws<KeysNotWrittenException>(() => keys.Claim(invitation, Pending(invitation, 1)));
        Assert.EndsWith("is the disk of the data folder full?", problem.Message, StringComparison.Ordinal);
        Assert.Null(keys.Find(invitation.Device).Record);
        using var restarted = Open();
        Assert.NotNull(restarted.Find(invitation.Device).Invitation);

        blocker.Delete();
        Assert.Equal(ClaimOutcome.Claimed, keys.Claim(invitation, Pending(invitation, 1)));
    }

    [Fact]
    public void An_invitation_ends_with_its_time_and_with_the_next()
    {
        using var keys = Open();
        var first = keys.Invite(TimeSpan.FromSeconds(120), LinkFlags.None);
        var second = keys.Invite(TimeSpan.FromHours(1), LinkFlags.None);

        Assert.Null(keys.Find(first.Device).Invitation);
        Assert.Equal(_time.GetUtcNow().AddMinutes(15), second.Expires);
        _time.Advance(TimeSpan.FromMinutes(15));
        Assert.Null(keys.Find(second.Device).Invitation);
    }

    [Fact]
    public void An_invitation_stands_for_twenty_handshakes()
    {
        using var keys = Open();
        var invitation = keys.Invite(TimeSpan.FromSeconds(120), LinkFlags.None);

        Assert.Equal(20, Enumerable.Range(0, 30).Count(_ => invitation.TryCountHandshake()));
    }

    [Fact]
    public void A_claim_is_pending_until_it_is_committed()
    {
        using var keys = Open();
        var invitation = keys.Invite(TimeSpan.FromSeconds(120), LinkFlags.None);
        var pending = Pending(invitation, 1);

        Assert.Equal(ClaimOutcome.Claimed, keys.Claim(invitation, pending));
        Assert.Equal(PairingStage.Claimed, keys.Standing(DeviceId.Parse(pending.Id))!.Stage);
        Assert.Equal(ClaimOutcome.Taken, keys.Claim(invitation, Pending(invitation, 2)));
        Assert.Equal(ClaimOutcome.Claimed, keys.Claim(invitation, Pending(invitation, 1)));

        using var restarted = Open();
        var stored = restarted.Find(pending.Id).Record!;
        Assert.False(stored.IsPaired);
        Assert.True(restarted.Commit(stored));
        Assert.Null(restarted.Find(pending.Id).Invitation);
        using var again = Open();
        Assert.True(again.Find(pending.Id).Record!.IsPaired);
        Assert.Equal("phone 1", Assert.Single(again.All()).Name);
    }

    [Fact]
    public void A_pending_device_is_in_no_list_once_its_invitation_is_over_and_goes_after_a_week()
    {
        using var keys = Open();
        var invitation = keys.Invite(TimeSpan.FromSeconds(120), LinkFlags.None);
        keys.Claim(invitation, Pending(invitation, 1));
        Assert.Equal(PairingStage.Claimed, Assert.Single(keys.All()).Stage);

        _time.Advance(TimeSpan.FromDays(1));
        Assert.Empty(keys.All());
        Assert.NotNull(keys.Find(invitation.Device).Record);
        _time.Advance(TimeSpan.FromDays(6));

        Assert.Null(keys.Find(invitation.Device).Record);
        Assert.Empty(Stored().Devices);
    }

    [Fact]
    public void A_secret_that_nobody_used_goes_from_the_disk_though_nothing_else_changes()
    {
        using var keys = Open();
        var unused = keys.Invite(TimeSpan.FromSeconds(120), LinkFlags.None);

        // Until then a claim may wait for the owner.
        _time.Advance(TimeSpan.FromSeconds(17 * 60 - 1));
        Assert.True(keys.IsOpen(unused));
        Assert.NotNull(Stored().Invitation);
        _time.Advance(TimeSpan.FromSeconds(61));

        Assert.False(keys.IsOpen(unused));
        Assert.Null(Stored().Invitation);
    }

    [Fact]
    public void What_could_not_be_erased_is_erased_when_the_disk_has_room_again()
    {
        using var keys = Open();
        keys.Invite(TimeSpan.FromSeconds(120), LinkFlags.None);
        var blocker = Directory.CreateDirectory(_folder.Of("keys.new"));

        _time.Advance(TimeSpan.FromMinutes(20));
        Assert.NotNull(Stored().Invitation);
        blocker.Delete();
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Null(Stored().Invitation);
    }

    [Fact]
    public void Keys_that_are_closed_write_nothing_any_more()
    {
        var keys = Open();
        keys.Invite(TimeSpan.FromSeconds(120), LinkFlags.None);
        keys.Dispose();

        _time.Advance(TimeSpan.FromMinutes(20));

        Assert.NotNull(Stored().Invitation);
    }

    [Fact]
    public async Task A_deleted_device_is_gone_for_good_and_admits_nothing()
    {
        using var keys = Open();
        var record = Pair(keys);
        Assert.True(keys.IfAdmitted(record, () => { }));

        Assert.True(await keys.Delete(DeviceId.Parse(record.Id)));

        Assert.False(keys.IfAdmitted(record, () => Assert.Fail("admitted")));
        Assert.False(keys.Commit(record));
        Assert.False(await keys.Delete(DeviceId.Parse(record.Id)));
        using var restarted = Open();
        Assert.Null(restarted.Find(record.Id).Record);
    }

    [Fact]
    public async Task A_device_that_cannot_be_deleted_stays_and_a_front_door_hears_why()
    {
        using var keys = Open();
        var record = Pair(keys);
        Directory.CreateDirectory(_folder.Of("keys.new"));

        var problem = await Assert.ThrowsAsync<MacNotWrittenException>(
            () => keys.Delete(DeviceId.Parse(record.Id)));

        Assert.Null(problem.InnerException);
        Assert.True(keys.IfAdmitted(record, () => { }));
    }

    [Fact]
    public void A_new_name_is_cleaned_and_kept()
    {
        using var keys = Open();
        var record = Pair(keys);

        Assert.True(keys.Rename(DeviceId.Parse(record.Id), "Anna's\u202E phone\n"));
        Assert.False(keys.Rename(DeviceId.Parse(record.Id), "\u0007"));

        using var restarted = Open();
        Assert.Equal("Anna's phone", restarted.Find(record.Id).Record!.Name);
    }

    [Theory]
    [InlineData("keys")]
    [InlineData("keys.seal")]
    public void A_file_that_others_may_open_is_refused(string name)
    {
        Open().Dispose();
        File.SetUnixFileMode(_temporary.Of(name), (UnixFileMode)0b110_100_000);

        Assert.Contains("chmod 600", Assert.Throws<StartupException>(Open).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_file_is_refused_and_never_replaced()
    {
        Open().Dispose();
        var path = _temporary.Of("keys");
        var good = File.ReadAllBytes(path);
        foreach (var place in (int[])[0, 20, 40, good.Length - 1])
        {
            var bad = (byte[])[.. good];
            bad[place] ^= 1;
            File.WriteAllBytes(path, bad);

            Assert.Throws<StartupException>(Open);
            Assert.Equal(bad, File.ReadAllBytes(path));
        }

        File.WriteAllBytes(path, good);
        Open().Dispose();
        File.Delete(_temporary.Of("keys.seal"));
        Assert.Throws<StartupException>(Open);
    }

    [Fact]
    public void A_member_that_starts_again_has_no_key_of_its_household_and_can_found_one()
    {
        using (var member = Open())
        {
            var household = HouseholdTrust.Found(new byte[32]);
            Assert.True(member.JoinHousehold(household.Root, household.State(member.Mac.PublicKey)));
        }

        using var again = Open();
        Assert.Null(again.Trust!.Signing);
        Assert.NotEmpty(again.FoundHousehold().State(again.Mac.PublicKey));
    }

    [Fact]
    public void Nothing_secret_stands_in_the_file()
    {
        using var keys = Open();
        var record = Pair(keys);
        var invitation = keys.Invite(TimeSpan.FromSeconds(60), LinkFlags.None);
        using var household = ECDsa.Create();
        household.ImportPkcs8PrivateKey(keys.FoundHousehold().Signing!, out _);
        _ = KeyFile.Open(_folder, out var opened);
        using var mac = KeyPair.FromPrivateKey(opened.MacPrivateKey);
        Assert.Equal(keys.Mac.PublicKey.ToArray(), mac.PublicKey.ToArray());

        var file = File.ReadAllBytes(_temporary.Of("keys"));

        var signing = household.ExportParameters(includePrivateParameters: true).D!;
        byte[][] secrets = [opened.MacPrivateKey, record.Psk, record.OfferKey, invitation.Secret, signing];
        foreach (var secret in secrets)
        {
            Assert.Equal(-1, file.AsSpan().IndexOf(secret));
            var text = Encoding.ASCII.GetBytes(Convert.ToBase64String(secret));
            Assert.Equal(-1, file.AsSpan().IndexOf(text));
        }

        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_temporary.Of("keys")));
    }

    private static DeviceRecord Pending(Invitation invitation, byte phone) => new(
        invitation.Device, Bytes(phone), Bytes(0x40), Bytes(0x41), $"phone {phone}", IsPaired: false,
        DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));

    private static byte[] Bytes(byte value) => [.. Enumerable.Repeat(value, KeySchedule.KeyLength)];

    private static DeviceRecord Pair(KeyStore keys)
    {
        var invitation = keys.Invite(TimeSpan.FromSeconds(120), LinkFlags.None);
        var pending = Pending(invitation, 1);
        keys.Claim(invitation, pending);
        keys.Commit(pending);
        return keys.Find(pending.Id).Record!;
    }

    private KeyFileContent Stored()
    {
        _ = KeyFile.Open(_folder, out var content);
        return content;
    }

    private KeyStore Open() => KeyStore.Open(_folder, _time);
}
