using QuicPair.Grains.Interfaces;
using QuicPair.Grains.Pairings;
using Xunit;

namespace QuicPair.Grains.Tests;

public sealed class PairingGrainTests(Household household) : IClassFixture<Household>
{
    private FakeMac Mac => household.A;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_unknown_device_is_refused_without_reading_storage()
    {
        var key = NewKey();
        var before = household.Storage.Reads;

        var reply = await household.Grains.Pairing(key).Connect(Sample.From(key));

        Assert.Equal(OfferReply.Reject(OfferProblem.Refused), reply);
        Assert.Equal(before, household.Storage.Reads);
    }

    [Fact]
    public async Task An_offer_of_another_device_is_refused()
    {
        var (key, other) = (NewKey(PairingStage.Paired), NewKey(PairingStage.Paired));
        var reply = await household.Grains.Pairing(key).Connect(Sample.From(other));
        Assert.Equal(OfferReply.Reject(OfferProblem.Refused), reply);
    }

    [Fact]
    public async Task Revocation_deletes_the_keys_first_and_then_closes_the_sessions()
    {
        var key = NewKey(PairingStage.Paired);
        Mac.Connect(key.Device);
        var grain = household.Grains.Pairing(key);

        Assert.True(await grain.Revoke());

        var asked = Mac.Asked.Where(what => what.EndsWith(key.Device.Value, StringComparison.Ordinal));
        Assert.Equal([$"delete {key.Device}", $"close {key.Device}"], asked);
        Assert.Equal(PairingStage.Revoked, (await grain.GetState()).Stage);
        Assert.Equal(OfferProblem.Refused, (await grain.Connect(Sample.From(key))).Problem);
        Assert.False(await grain.Revoke());
    }

    [Fact]
    public async Task A_device_is_revoked_while_the_storage_is_away_and_its_record_follows()
    {
        var key = NewKey(PairingStage.Paired);
        var grain = household.Grains.Pairing(key);
        await grain.Refresh();
        Mac.Connect(key.Device);
        household.Storage.IsAway = true;
        try
        {
            Assert.True(await grain.Revoke());
        }
        finally
        {
            household.Storage.IsAway = false;
        }

        Assert.Null(Mac.Standing(key.Device));
        Assert.Null(Mac.Presence(key.Device));
        var unwritten = await grain.GetState();
        Assert.Equal((PairingStage.Revoked, null), (unwritten.Stage, unwritten.Since));
        await grain.Refresh();
        var written = await grain.GetState();
        Assert.Equal(PairingStage.Revoked, written.Stage);
        Assert.NotNull(written.Since);
    }

    [Fact]
    public async Task A_revoked_device_stays_revoked_when_its_keys_come_back()
    {
        var key = NewKey(PairingStage.Paired);
        var grain = household.Grains.Pairing(key);
        await grain.Revoke();
        Mac.Put(key.Device, PairingStage.Paired);

        await grain.Refresh();

        Assert.Null(Mac.Standing(key.Device));
        Assert.Equal(PairingStage.Revoked, (await grain.GetState()).Stage);
    }

    [Fact]
    public async Task The_grain_stays_while_its_session_lives_and_goes_after_it()
    {
        var key = NewKey(PairingStage.Paired);
        var grain = household.Grains.Pairing(key);
        var management = household.Grains.GetGrain<IManagementGrain>(0);
        Mac.Connect(key.Device);
        await grain.Refresh();
        await management.ForceActivationCollection(TimeSpan.Zero, Cancellation);
        Assert.True(household.IsActive(key));

        Mac.Disconnect(key.Device);
        await grain.Refresh();
        await management.ForceActivationCollection(TimeSpan.Zero, Cancellation);
        Assert.False(household.IsActive(key));
        Assert.Equal(PairingStage.Paired, (await grain.GetState()).Stage);
    }

    [Fact]
    public async Task A_record_of_another_grain_is_not_taken()
    {
        var (mine, other) = (NewKey(PairingStage.Paired), NewKey(PairingStage.Paired));
        await household.Grains.Pairing(other).Refresh();
        var grain = household.Grains.Pairing(mine);
        var row = household.Storage.Rows[("pairing", household.Grains.Pairing(other).GetGrainId())];
        household.Storage.Rows[("pairing", grain.GetGrainId())] = row;

        await Assert.ThrowsAsync<RecordException>(grain.GetState);
    }

    [Fact]
    public async Task A_record_of_a_later_version_is_not_taken()
    {
        var key = NewKey(PairingStage.Paired);
        var grain = household.Grains.Pairing(key);
        household.Storage.Rows[("pairing", grain.GetGrainId())] =
            new PairingRecord { Key = key.ToString(), Schema = PairingRecord.CurrentSchema + 1 };

        await Assert.ThrowsAsync<RecordException>(grain.GetState);
    }

    [Fact]
    public async Task A_device_that_the_key_file_lost_counts_as_removed()
    {
        var key = NewKey(PairingStage.Paired);
        var grain = household.Grains.Pairing(key);
        await grain.Refresh();
        Mac.Lose(key.Device);
        await grain.Refresh();
        Assert.Equal(PairingStage.Revoked, (await grain.GetState()).Stage);
    }

    [Theory]
    [InlineData(PairingStage.Invited, null)]
    [InlineData(PairingStage.Claimed, null)]
    [InlineData(PairingStage.Paired, PairingStage.Revoked)]
    public async Task What_is_shown_follows_the_key_file_before_the_record_does(
        PairingStage before, PairingStage? shown)
    {
        var key = NewKey(before);
        var grain = household.Grains.Pairing(key);
        await grain.Refresh();
        Assert.Equal(before, (await grain.GetState()).Stage);
        var row = household.Storage.Rows[("pairing", grain.GetGrainId())];

        Mac.Lose(key.Device);

        var snapshot = await grain.GetState();
        Assert.Equal(shown, snapshot.Stage);
        Assert.Equal(shown is null ? "" : "A…", snapshot.Name);
        Assert.Null(snapshot.Since);

        // Whoever looks writes nothing: looks may fall between the steps of a change.
        Assert.Same(row, household.Storage.Rows[("pairing", grain.GetGrainId())]);
    }

    private PairingKey NewKey(PairingStage? stage = null)
    {
        var key = new PairingKey(Mac.Id, Sample.NewDevice());
        if (stage is { } known)
        {
            Mac.Put(key.Device, known);
        }

        return key;
    }
}
