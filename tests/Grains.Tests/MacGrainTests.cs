using QuicPair.Grains.Interfaces;
using QuicPair.Grains.Ports;
using Xunit;

namespace QuicPair.Grains.Tests;

public sealed class MacGrainTests(Household household) : IClassFixture<Household>
{
    [Fact]
    public async Task A_verified_offer_reaches_the_pairing_and_is_answered()
    {
        var mac = household.A;
        var key = new PairingKey(mac.Id, Sample.NewDevice());
        mac.Put(key.Device, PairingStage.Paired);

        var reply = await household.Grains.Mac(mac.Id).Offer(Sample.From(key));

        Assert.Equal("v=0\r\n", reply.Answer?.Sdp);
        Assert.Contains($"answer {key}", mac.Asked);
    }

    [Theory]
    [InlineData(OfferProblem.Refused)]
    [InlineData(OfferProblem.BadSdp)]
    [InlineData(OfferProblem.Version)]
    [InlineData(OfferProblem.Rate)]
    [InlineData(OfferProblem.Overloaded)]
    public async Task What_the_gate_rejects_reaches_no_pairing(OfferProblem problem)
    {
        var mac = household.Macs.Values.ElementAt(1);
        var key = new PairingKey(mac.Id, Sample.NewDevice());
        mac.Put(key.Device, PairingStage.Paired);
        mac.Verdict = _ => new OfferVerdict.Rejected(problem);

        var reply = await household.Grains.Mac(mac.Id).Offer(Sample.From(key));

        Assert.Equal(OfferReply.Reject(problem), reply);
        Assert.False(household.IsActive(key));
    }

    [Fact]
    public async Task A_repeated_offer_gets_the_stored_answer_and_no_second_peer()
    {
        var mac = household.Macs.Values.ElementAt(2);
        var key = new PairingKey(mac.Id, Sample.NewDevice());
        mac.Verdict = _ => new OfferVerdict.Repeated(Sample.Answer("stored"));

        var reply = await household.Grains.Mac(mac.Id).Offer(Sample.From(key));

        Assert.Equal("stored", reply.Answer?.Sdp);
        Assert.False(household.IsActive(key));
    }

    [Fact]
    public async Task An_offer_for_another_Mac_is_refused()
    {
        var other = household.Macs.Keys.ElementAt(1);
        var offer = Sample.From(new PairingKey(other, Sample.NewDevice()));
        var reply = await household.Grains.Mac(household.A.Id).Offer(offer);
        Assert.Equal(OfferReply.Reject(OfferProblem.Refused), reply);
    }

    [Fact]
    public async Task A_Mac_that_takes_no_new_phones_hears_the_offers_of_those_that_are_connected()
    {
        var mac = household.A;
        var (connected, other) = (Sample.NewDevice(), Sample.NewDevice());
        mac.Put(connected, PairingStage.Paired);
        mac.Put(other, PairingStage.Paired);
        mac.Connect(connected);
        var grain = household.Grains.Mac(mac.Id);
        await grain.Drain(true);
        try
        {
            var refused = await grain.Offer(Sample.From(new PairingKey(mac.Id, other)));
            Assert.Equal(OfferReply.Reject(OfferProblem.Draining), refused);
            Assert.True((await grain.GetState()).Draining);
            Assert.NotNull((await grain.Offer(Sample.From(new PairingKey(mac.Id, connected)))).Answer);
        }
        finally
        {
            await grain.Drain(false);
            mac.Disconnect(connected);
        }

        Assert.False((await grain.GetState()).Draining);
    }

    [Fact]
    public async Task The_snapshot_lists_paired_devices_only()
    {
        var mac = household.A;
        var (invited, claimed, paired) = (Sample.NewDevice(), Sample.NewDevice(), Sample.NewDevice());
        mac.Put(invited, PairingStage.Invited);
        mac.Put(claimed, PairingStage.Claimed);
        mac.Put(paired, PairingStage.Paired, "Blue phone");

        var snapshot = await household.Grains.Mac(mac.Id).GetState();

        Assert.Equal((mac.Name, 12.5), (snapshot.Name, snapshot.TokensPerSecond));
        Assert.Equal((1, 2), (snapshot.Running, snapshot.Waiting));
        var listed = snapshot.Devices.ToDictionary(device => device.Key.Device, device => device.Name);
        Assert.Equal("B…", listed[paired]);
        Assert.DoesNotContain(invited, listed.Keys);
        Assert.DoesNotContain(claimed, listed.Keys);
    }
}
