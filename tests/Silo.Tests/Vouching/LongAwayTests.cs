using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using QuicPair.Grains.Interfaces;
using QuicPair.Protocol;
using QuicPair.Silo.Household;
using QuicPair.Silo.Keys;

namespace QuicPair.Silo.Tests.Vouching;

/// <summary>
/// Macs that are away for so long that the list of members has forgotten them: no Mac here has a list of members.
/// </summary>
public sealed class LongAwayTests : IDisposable
{
    private readonly VouchHousehold _house = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _house.Dispose();

    [Fact]
    public void A_revocation_is_owed_to_each_Mac_that_was_ever_met()
    {
        var (first, second, third) = (_house.First, _house.Second, _house.Third);
        var vouched = _house.Vouch(first.Pair(), second);
        second.Keys.NoteMembers([third.Keys.MacId, "front-door", second.Keys.MacId]);
        second.Restart();

        Assert.True(second.Keys.Delete(DeviceId.Parse(vouched.Id), here: false));

        second.Restart();
        Assert.Equal([first.Keys.MacId, third.Keys.MacId], second.Keys.Owed.Select(owed => owed.Mac));
    }

    [Fact]
    public async Task Who_loses_a_device_by_it_passes_it_on_and_others_do_not()
    {
        var (first, second, third) = (_house.First, _house.Second, _house.Third);
        var device = first.Pair();
        var vouched = _house.Vouch(device, second);
        second.Keys.NoteMembers([third.Keys.MacId]);
        third.Keys.NoteMembers([second.Keys.MacId]);
        var told = 0;
        second.Keys.Owing = () => told++;
        var origin = new PairingKey(first.Id, DeviceId.Parse(device.Id));

        await second.RevokeVouched(origin);
        await second.RevokeVouched(origin);
        await third.RevokeVouched(origin);

        Assert.Null(second.Keys.Find(vouched.Id).Record);
        Assert.Equal([first.Keys.MacId, third.Keys.MacId], second.Keys.Owed.Select(owed => owed.Mac));
        Assert.Equal(1, told);
        Assert.Empty(third.Keys.Owed);
    }

    [Fact]
    public void Macs_of_another_household_are_forgotten_with_it()
    {
        var keys = _house.Second.Keys;
        keys.NoteMembers([_house.First.Keys.MacId]);
        var same = _house.First.Keys.Trust!;
        Assert.True(keys.JoinHousehold(same.Root, same.State(keys.Mac.PublicKey)));
        Assert.Equal([_house.First.Keys.MacId], keys.Members);

        var other = HouseholdTrust.Found(new byte[32]);
        Assert.True(keys.JoinHousehold(other.Root, other.State(keys.Mac.PublicKey)));
        Assert.Empty(keys.Members);
    }

    [Fact]
    public void What_is_owed_to_another_household_is_forgotten_with_it()
    {
        var keys = _house.Second.Keys;
        var vouched = _house.Vouch(_house.First.Pair(), _house.Second);
        Assert.True(keys.Delete(DeviceId.Parse(vouched.Id), here: false));
        var same = _house.First.Keys.Trust!;
        Assert.True(keys.JoinHousehold(same.Root, same.State(keys.Mac.PublicKey)));
        Assert.Single(keys.Owed);

        var other = HouseholdTrust.Found(new byte[32]);
        Assert.True(keys.JoinHousehold(other.Root, other.State(keys.Mac.PublicKey)));

        Assert.Empty(keys.Owed);
    }

    [Fact]
    public void What_is_owed_to_another_household_is_forgotten_when_one_is_founded()
    {
        var keys = _house.Second.Keys;
        var vouched = _house.Vouch(_house.First.Pair(), _house.Second);
        Assert.True(keys.Delete(DeviceId.Parse(vouched.Id), here: false));
        Assert.Single(keys.Owed);

        keys.FoundHousehold();

        Assert.Empty(keys.Owed);
    }

    [Fact]
    public void Who_is_only_a_row_in_the_list_of_members_displaces_nothing_that_is_owed_to_others()
    {
        var (first, second) = (_house.First, _house.Second);
        var vouched = _house.Vouch(first.Pair(), second);
        second.Keys.NoteMembers([_house.Third.Keys.MacId]);
        second.Keys.Macs = () => Enumerable.Range(0, 5000).Select(_ => Invented());

        Assert.True(second.Keys.Delete(DeviceId.Parse(vouched.Id), here: false));

        Assert.Equal(4096, second.Keys.Owed.Count);
        var told = second.Keys.Owed.Select(owed => owed.Mac).ToList();
        Assert.Contains(first.Keys.MacId, told);
        Assert.Contains(_house.Third.Keys.MacId, told);
    }

    [Fact]
    public async Task Who_is_in_the_list_of_members_and_proves_to_be_one_is_noted_for_good()
    {
        var second = _house.Second;
        _house.Third.Meddle = said => said with { Statement = [.. new byte[said.Statement.Length]] };
        await Remember(
            Entry(1, second.Keys.MacId, SiloStatus.Active), Entry(2, _house.First.Keys.MacId, SiloStatus.Active),
            Entry(3, _house.Third.Keys.MacId, SiloStatus.Active), Entry(4, "front-door", SiloStatus.Active),
            Entry(5, Invented(), SiloStatus.Active), Entry(6, Invented(), SiloStatus.Dead));

        second.Restart();
        Assert.Equal([_house.First.Keys.MacId], second.Keys.Members);
    }

    [Fact]
    public async Task A_member_that_takes_no_vouchers_is_noted_too()
    {
        _house.First.Meddle = said => said with { Accepts = false };

        await Remember(Entry(1, _house.First.Keys.MacId, SiloStatus.Active));

        Assert.Equal([_house.First.Keys.MacId], _house.Second.Keys.Members);
    }

    [Fact]
    public async Task Whatever_a_Mac_of_the_list_says_the_others_are_noted()
    {
        _house.Third.Meddle = _ => throw new InvalidOperationException();

        await Remember(
            Entry(1, _house.Third.Keys.MacId, SiloStatus.Active), Entry(2, _house.First.Keys.MacId, SiloStatus.Active));

        Assert.Equal([_house.First.Keys.MacId], _house.Second.Keys.Members);
    }

    [Fact]
    public async Task A_Mac_of_the_household_that_was_left_meanwhile_is_not_noted_in_the_new_one()
    {
        var keys = _house.Second.Keys;
        var other = HouseholdTrust.Found(new byte[32]);
        _house.First.Meddle = said =>
        {
            Assert.True(keys.JoinHousehold(other.Root, other.State(keys.Mac.PublicKey)));
            return said;
        };

        await Remember(Entry(1, _house.First.Keys.MacId, SiloStatus.Active));

        Assert.Empty(keys.Members);
        Assert.Equal(other.Root, keys.Trust!.Root);
    }

    [Fact]
    public async Task A_Mac_that_a_phone_is_told_of_is_noted()
    {
        var first = _house.First;

        await VouchHousehold.Name(first, first.Pair());

        Assert.Equal(
            new[] { _house.Second.Keys.MacId, _house.Third.Keys.MacId }.Order(), first.Keys.Members.Order());
    }

    /// <summary>Lets the second Mac see a list of members.</summary>
    private async Task Remember(params ClusterMember[] entries)
    {
        var members = entries.ToImmutableDictionary(entry => entry.SiloAddress);
        var list = new OneSnapshot(new ClusterMembershipSnapshot(members, new MembershipVersion(1)));
        using var memory = new MemberMemory(_house.Second.Keys, list, _house.Second.Desk.Find!, _house.Time);
        await memory.StartAsync(Cancellation);
        await memory.ExecuteTask!;
    }

    /// <summary>An id that looks like a Mac's and is none's.</summary>
    private static string Invented() => KeySchedule.MacId(RandomNumberGenerator.GetBytes(KeySchedule.KeyLength));

    private static ClusterMember Entry(int port, string name, SiloStatus status) =>
        new(SiloAddress.New(IPAddress.Loopback, port, 1), status, name);

    /// <summary>A list of members that says what it has, and ends.</summary>
    private sealed class OneSnapshot(ClusterMembershipSnapshot snapshot) : IClusterMembershipService
    {
        public ClusterMembershipSnapshot CurrentSnapshot => snapshot;

        public IAsyncEnumerable<ClusterMembershipSnapshot> MembershipUpdates =>
            new[] { snapshot }.ToAsyncEnumerable();

        public ValueTask Refresh(MembershipVersion minimumVersion, CancellationToken cancellationToken) => default;

        public Task<bool> TryKill(SiloAddress siloAddress) => Task.FromResult(false);
    }
}
