using QuicPair.Grains.Interfaces;
using QuicPair.Protocol;
using QuicPair.Protocol.Messages;
using QuicPair.Protocol.Messages.Devices;
using QuicPair.Protocol.Messages.Household;
using QuicPair.Silo.Keys;

namespace QuicPair.Silo.Tests.Vouching;

public sealed class VouchingTests : IDisposable
{
    private readonly VouchHousehold _house = new();

    public void Dispose() => _house.Dispose();

    [Fact]
    public async Task A_phone_of_one_Mac_is_known_to_another_under_keys_that_only_the_two_have()
    {
        var device = _house.First.Pair();
        var named = await VouchHousehold.Name(_house.First, device);
        Assert.Equal(
            new[] { _house.Second.Keys.MacId, _house.Third.Keys.MacId }.Order(), named.Select(mac => mac.Mac).Order());
        Assert.All(named, mac => Assert.Equal(mac.Mac, KeySchedule.MacId(mac.Key)));

        var (pairing, secret, id) = VouchHousehold.Seal(_house.First, device.Id, _house.Second);
        var reply = await VouchHousehold.Ask(_house.First, device, _house.Second, pairing);

        Assert.Equal(_house.Second.Keys.MacId, Assert.IsType<VouchedMessage>(reply).Mac);
        var record = _house.Second.Keys.Find(id).Record!;
        var root = KeySchedule.VouchedRoot(secret);
        Assert.Equal(KeySchedule.LastingPsk(root), record.Psk);
        Assert.Equal(KeySchedule.LastingOfferKey(root), record.OfferKey);
        Assert.Equal("Ada’s phone", record.Name);
        Assert.Equal(new PairingOrigin(_house.First.Keys.MacId, device.Id), record.Origin);
        Assert.False(record.IsPaired);
        Assert.Empty(_house.Second.Keys.All());
        Assert.Null(_house.Third.Keys.Find(id).Record);
    }

    [Fact]
    public async Task Between_Macs_that_joined_the_word_of_either_counts()
    {
        var device = _house.Third.Pair();
        var (pairing, _, id) = VouchHousehold.Seal(_house.Third, device.Id, _house.Second);
        Assert.IsType<VouchedMessage>(await VouchHousehold.Ask(_house.Third, device, _house.Second, pairing));
        Assert.NotNull(_house.Second.Keys.Find(id).Record);
    }

    [Fact]
    public async Task The_same_word_again_changes_nothing_and_a_crash_loses_nothing()
    {
        var device = _house.First.Pair();
        var (pairing, _, id) = VouchHousehold.Seal(_house.First, device.Id, _house.Second);
        await VouchHousehold.Ask(_house.First, device, _house.Second, pairing);
        var (from, voucher) = Assert.Single(_house.Second.Taken);

        _house.Second.Restart();
        Assert.True(_house.Second.Door.Admit(from, voucher));
        var record = _house.Second.Keys.Find(id).Record!;
        Assert.True(_house.Second.Keys.Commit(record));

        _house.Second.Restart();
        Assert.True(_house.Second.Door.Admit(from, voucher));
        Assert.True(_house.Second.Keys.Find(id).Record!.IsPaired);
        Assert.Equal(id, Assert.Single(_house.Second.Keys.All()).Device.Value);
    }

    [Fact]
    public async Task A_phone_that_lost_what_it_asked_asks_anew_and_the_old_keys_are_gone()
    {
        var device = _house.First.Pair();
        var (old, _, oldId) = VouchHousehold.Seal(_house.First, device.Id, _house.Second);
        var (young, _, youngId) = VouchHousehold.Seal(_house.First, device.Id, _house.Second);
        await VouchHousehold.Ask(_house.First, device, _house.Second, old);
        await VouchHousehold.Ask(_house.First, device, _house.Second, young);
        Assert.Null(_house.Second.Keys.Find(oldId).Record);
        Assert.NotNull(_house.Second.Keys.Find(youngId).Record);
    }

    [Fact]
    public async Task A_pairing_that_no_session_proved_is_forgotten_after_a_week()
    {
        var device = _house.First.Pair();
        var (pairing, _, id) = VouchHousehold.Seal(_house.First, device.Id, _house.Second);
        await VouchHousehold.Ask(_house.First, device, _house.Second, pairing);
        _house.Time.Advance(TimeSpan.FromDays(7));
        Assert.Null(_house.Second.Keys.Find(id).Record);
    }

    [Fact]
    public async Task Revoked_where_it_was_scanned_it_is_revoked_everywhere()
    {
        var (device, vouched) = await VouchEverywhere();
        await _house.Revoke(_house.First, device.Id);
        Assert.Null(_house.Second.Keys.Find(vouched[0]).Record);
        Assert.Null(_house.Third.Keys.Find(vouched[1]).Record);
        Assert.Equal([DeviceId.Parse(vouched[0])], _house.Second.Closed);
    }

    [Fact]
    public async Task Revoked_at_another_Mac_it_is_revoked_everywhere_too()
    {
        var (device, vouched) = await VouchEverywhere();
        await _house.Revoke(_house.Second, vouched[0]);
        Assert.Null(_house.First.Keys.Find(device.Id).Record);
        Assert.Null(_house.Third.Keys.Find(vouched[1]).Record);
        Assert.Equal([DeviceId.Parse(device.Id)], _house.First.Closed);
    }

    [Fact]
    public async Task Revoked_here_only_it_stays_elsewhere_and_never_comes_back_on_the_same_word()
    {
        var (device, vouched) = await VouchEverywhere();
        await _house.Revoke(_house.Second, vouched[0], here: true);
        Assert.NotNull(_house.First.Keys.Find(device.Id).Record);
        Assert.NotNull(_house.Third.Keys.Find(vouched[1]).Record);

        _house.Second.Restart();
        _house.Connect();
        var (again, _, _) = VouchHousehold.Seal(_house.First, device.Id, _house.Second);
        var refused = Assert.IsType<ErrorMessage>(
            await VouchHousehold.Ask(_house.First, device, _house.Second, again));
        Assert.Equal((ErrorCode.NotAllowed, "vouch"), (refused.Code, refused.For));
    }

    [Fact]
    public async Task What_other_Macs_must_hear_survives_a_crash()
    {
        var (device, vouched) = await VouchEverywhere();
        Assert.True(_house.First.Keys.Delete(DeviceId.Parse(device.Id), here: false));
        _house.First.Restart();
        Assert.Equal(
            new[] { _house.Second.Keys.MacId, _house.Third.Keys.MacId }.Order(),
            _house.First.Keys.Owed.Select(owed => owed.Mac).Order());
        Assert.NotNull(_house.Second.Keys.Find(vouched[0]).Record);
    }

    [Theory]
    [InlineData(DeviceRole.Guest, "*", 0, 0)]
    [InlineData(DeviceRole.User, "small", 0, 0)]
    [InlineData(DeviceRole.User, "*", 1000, 0)]
    [InlineData(DeviceRole.User, "*", 0, 4_000_000_000)]
    public async Task A_device_with_a_limit_gets_no_word(DeviceRole role, string model, long tokens, long expires)
    {
        var device = _house.First.Pair(
            new DeviceRights { Role = role, Models = [model], TokensPerDay = tokens, Expires = expires });
        Assert.Empty(await VouchHousehold.Name(_house.First, device));
        var (pairing, _, _) = VouchHousehold.Seal(_house.First, device.Id, _house.Second);
        var reply = await VouchHousehold.Ask(_house.First, device, _house.Second, pairing);
        Assert.Equal(ErrorCode.NotAllowed, Assert.IsType<ErrorMessage>(reply).Code);
        Assert.Empty(_house.Second.Taken);
    }

    [Fact]
    public async Task An_owner_of_one_Mac_is_a_user_of_the_next()
    {
        var device = _house.First.Pair(new DeviceRights { Role = DeviceRole.Owner });
        var (pairing, _, id) = VouchHousehold.Seal(_house.First, device.Id, _house.Second);
        await VouchHousehold.Ask(_house.First, device, _house.Second, pairing);
        Assert.Null(_house.Second.Keys.Find(id).Record!.Rights);
    }

    [Fact]
    public async Task Who_came_on_a_word_has_no_word_to_pass_on()
    {
        var (_, vouched) = await VouchEverywhere();
        var there = _house.Second.Keys.Find(vouched[0]).Record!;
        Assert.True(_house.Second.Keys.Commit(there));
        there = _house.Second.Keys.Find(vouched[0]).Record!;
        Assert.Empty(await VouchHousehold.Name(_house.Second, there));
    }

    [Fact]
    public async Task A_Mac_whose_owner_turned_it_off_is_not_named_and_takes_nobody()
    {
        using var house = new VouchHousehold(isLastOpen: false);
        var device = house.First.Pair();
        var named = Assert.Single(await VouchHousehold.Name(house.First, device));
        Assert.Equal(house.Second.Keys.MacId, named.Mac);
        var (pairing, _, id) = VouchHousehold.Seal(house.First, device.Id, house.Third);
        Assert.False(house.Third.Door.Admit(house.First.Id, house.First.Vouch(house.Third, device.Id, pairing)));
        Assert.Null(house.Third.Keys.Find(id).Record);
    }

    [Fact]
    public void A_Mac_takes_so_many_and_no_more()
    {
        for (var i = 0; i < 70; i++)
        {
            var device = new string([(char)('a' + (i / 26)), (char)('a' + (i % 26)), .. "aaaaaaaaaaaaaa"]);
            var (pairing, _, _) = VouchHousehold.Seal(_house.First, device, _house.Second);
            var voucher = _house.First.Vouch(_house.Second, device, pairing);
            if (i % 30 == 29) _house.Time.Advance(TimeSpan.FromMinutes(1));
            Assert.Equal(i < 64, _house.Second.Door.Admit(_house.First.Id, voucher));
        }
    }

    private async Task<(DeviceRecord Device, string[] Vouched)> VouchEverywhere()
    {
        var device = _house.First.Pair();
        var vouched = new List<string>();
        foreach (var mac in new[] { _house.Second, _house.Third })
        {
            var (pairing, _, id) = VouchHousehold.Seal(_house.First, device.Id, mac);
            Assert.IsType<VouchedMessage>(await VouchHousehold.Ask(_house.First, device, mac, pairing));
            vouched.Add(id);
        }

        return (_house.First.Keys.Find(device.Id).Record!, [.. vouched]);
    }
}
