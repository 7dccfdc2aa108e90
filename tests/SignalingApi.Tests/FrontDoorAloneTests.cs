using QuicPair.Cluster;
using QuicPair.Grains.Interfaces;
using QuicPair.Grains.Tests;
using QuicPair.Interop.Peers;
using Xunit;

namespace QuicPair.SignalingApi.Tests;

/// <summary>A front door that is a silo of its own, and a Mac that joins it over the network.</summary>
public sealed class FrontDoorAloneTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_Mac_that_joins_is_found_and_one_that_left_is_away()
    {
        var primary = FreePort.Next();
        await using var door = await FrontDoor.Start(
            ClusterIdentity.FrontDoor,
            new HouseholdOptions { Port = primary });
        var offer = Envelope.Offer(Sample.NewDevice().Value);
        Assert.Equal("mac_unknown", (await Post(door, offer.ToJsonString()).Problem()).Code);

        var mac = await FrontDoor.Start(Envelope.Mac, new HouseholdOptions { Primary = $"127.0.0.1:{primary}" });
        var device = Sample.NewDevice();
        mac.Mac.Put(device, PairingStage.Paired);
        offer["device"] = device.Value;
        HttpResponseMessage answer;
        while ((int)(answer = await Post(door, offer.ToJsonString())).StatusCode == 404)
        {
            await Task.Yield();
        }

        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Contains($"answer {Envelope.Mac}/{device}", mac.Mac.Asked);
        Assert.Empty(door.Mac.Asked);

        await mac.DisposeAsync();
        var problem = await Post(door, offer.ToJsonString()).Problem();
        Assert.Equal((503, "mac_offline"), (problem.Status, problem.Code));
        var fleet = await door.Grains.Fleet(ClusterIdentity.FrontDoor).GetState();
        Assert.Equal(Envelope.Mac, Assert.Single(fleet.Macs).Mac.Value);
    }

    private static Task<HttpResponseMessage> Post(FrontDoor door, string body) =>
        door.Http.PostAsync("/signaling/offer", Envelope.Json(body), Cancellation);
}
