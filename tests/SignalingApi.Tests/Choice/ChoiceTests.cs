using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using QuicPair.Grains.Interfaces;
using QuicPair.Grains.Ports;
using QuicPair.Grains.Tests;
using Xunit;

namespace QuicPair.SignalingApi.Tests.Choice;

/// <summary>Offers that any of several Macs may answer: a front door and three Macs, each a silo of its own.</summary>
public sealed class ChoiceTests(ThreeMacs house) : IClassFixture<ThreeMacs>
{
    private readonly DeviceId _device = Sample.NewDevice();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_answer_names_the_Mac_that_has_the_model_in_memory()
    {
        house.Reset(_device);
        house.MacB.Loaded = ["words"];
        house.MacB.Running = 3;

        // What a Mac told may be a second old.
        JsonElement answer;
        do
        {
            answer = await Answer(ThreeMacs.A, ThreeMacs.B, ThreeMacs.C);
        }
        while (answer.GetProperty("mac").GetString() != ThreeMacs.B);

        Assert.Equal(1, answer.GetProperty("version").GetInt32());
        Assert.Equal("v=0\r\n", answer.GetProperty("sdp").GetString());
        Assert.Contains($"answer {ThreeMacs.B}/{_device}", house.MacB.Asked);
    }

    [Fact]
    public async Task A_Mac_that_is_away_is_passed_over()
    {
        house.Reset(_device);
        var answer = await Answer(ThreeMacs.Away, ThreeMacs.C);
        Assert.Equal(ThreeMacs.C, answer.GetProperty("mac").GetString());
    }

    [Theory]
    [InlineData(OfferProblem.Refused)]
    [InlineData(OfferProblem.Overloaded)]
    [InlineData(OfferProblem.Rate)]
    [InlineData(OfferProblem.Version)]
    public async Task When_one_says_no_the_next_is_asked(OfferProblem said)
    {
        house.Reset(_device);
        house.MacA.Verdict = _ => new OfferVerdict.Rejected(said);
        var answer = await Answer(ThreeMacs.A, ThreeMacs.C);
        Assert.Equal(ThreeMacs.C, answer.GetProperty("mac").GetString());
    }

    [Fact]
    public async Task A_Mac_that_takes_no_new_phones_is_passed_over()
    {
        house.Reset(_device);
        house.MacA.IsDraining = true;
        var answer = await Answer(ThreeMacs.A, ThreeMacs.B);
        Assert.Equal(ThreeMacs.B, answer.GetProperty("mac").GetString());
    }

    [Fact]
    public async Task A_Mac_that_hangs_costs_its_share_of_the_time_and_no_more()
    {
        house.Reset(_device);
        var hold = new TaskCompletionSource();
        house.MacA.Hold = hold.Task;
        house.MacB.Running = 9;

        // What a Mac told may be a second old, and the other one first.
        do
        {
            var answer = await Answer(ThreeMacs.A, ThreeMacs.B);
            Assert.Equal(ThreeMacs.B, answer.GetProperty("mac").GetString());
        }
        while (!house.MacA.Asked.Contains($"answer {ThreeMacs.A}/{_device}"));

        hold.SetResult();
    }

    [Fact]
    public async Task Each_Mac_gets_its_own_device_and_proof()
    {
        house.Reset(_device);
        var seen = new ConcurrentDictionary<string, OfferEnvelope>();
        foreach (var mac in new[] { house.MacA, house.MacC })
        {
            mac.Verdict = offer =>
            {
                seen[offer.Mac.Value] = offer;
                return new OfferVerdict.Rejected(OfferProblem.Refused);
            };
        }

        var offer = Offer(ThreeMacs.A, ThreeMacs.C);
        offer["to"]![0]!["device"] = "zzzzzzzzzzzzzzzz";
        offer["to"]![0]!["auth"] = "_-ECAwQFBgcICQoLDA0ODw";
        Assert.Equal("refused", (await Post(offer).Problem()).Code);
        var (a, c) = (seen[ThreeMacs.A], seen[ThreeMacs.C]);
        Assert.Equal(("zzzzzzzzzzzzzzzz", 0xff), (a.Device.Value, (int)a.Auth[0]));
        Assert.Equal((_device.Value, 0), (c.Device.Value, (int)c.Auth[0]));
        Assert.Equal(a.Nonce, c.Nonce);
    }

    [Theory]
    [InlineData(403, "refused", OfferProblem.Refused, OfferProblem.Overloaded)]
    [InlineData(503, "busy", OfferProblem.Rate, OfferProblem.Overloaded)]
    [InlineData(400, "version", OfferProblem.Version, OfferProblem.Version)]
    [InlineData(503, "mac_offline", OfferProblem.Version, OfferProblem.Draining)]
    [InlineData(400, "bad_request", OfferProblem.BadSdp, OfferProblem.Refused)]
    public async Task When_nobody_says_yes_the_weightiest_no_is_told(
        int status, string code, OfferProblem first, OfferProblem second)
    {
        house.Reset(_device);
        house.MacA.Verdict = _ => new OfferVerdict.Rejected(first);
        house.MacB.Verdict = _ => new OfferVerdict.Rejected(second);
        var problem = await Post(Offer(ThreeMacs.A, ThreeMacs.B)).Problem();
        Assert.Equal((status, code), (problem.Status, problem.Code));
        Assert.Equal(code == "refused", problem.Body.TryGetProperty("now", out _));
    }

    [Theory]
    [InlineData("zzzzzzzzzzzzzzzz", 404, "mac_unknown")]
    [InlineData(ThreeMacs.Away, 503, "mac_offline")]
    public async Task Macs_that_are_all_away_or_unknown_get_the_answer_of_one(string mac, int status, string code)
    {
        var problem = await Post(Offer("yyyyyyyyyyyyyyyy", mac)).Problem();
        Assert.Equal((status, code), (problem.Status, problem.Code));
    }

    [Fact]
    public async Task Any_of_the_Macs_vouches_for_relay_servers()
    {
        house.Reset(_device);
        house.MacA.Lose(_device);
        var request = Offer(ThreeMacs.Away, ThreeMacs.A, ThreeMacs.B);
        request.Remove("sdp");
        using var vouched = await house.Door.Http.PostAsync(
            "/signaling/ice", Envelope.Json(request.ToJsonString()), Cancellation);
        Assert.Equal(200, (int)vouched.StatusCode);

        house.MacB.Lose(_device);
        var problem = await house.Door.Http.PostAsync(
            "/signaling/ice", Envelope.Json(request.ToJsonString()), Cancellation).Problem();
        Assert.Equal((403, "refused"), (problem.Status, problem.Code));
    }

    private async Task<JsonElement> Answer(params string[] macs)
    {
        using var response = await Post(Offer(macs));
        Assert.Equal(200, (int)response.StatusCode);
        Assert.True(response.Headers.CacheControl?.NoStore);
        return JsonElement.Parse(await response.Content.ReadAsByteArrayAsync(Cancellation));
    }

    private JsonObject Offer(params string[] macs)
    {
        var offer = Envelope.Offer(_device.Value);
        offer.Remove("mac");
        offer.Remove("device");
        offer.Remove("auth");
        offer["model"] = "words";
        offer["to"] = new JsonArray([.. macs.Select(mac => new JsonObject
        {
            ["mac"] = mac,
            ["device"] = _device.Value,
            ["auth"] = Envelope.Token,
        })]);
        return offer;
    }

    private Task<HttpResponseMessage> Post(JsonObject offer) => house.Door.Http.PostAsync(
        "/signaling/offer", Envelope.Json(offer.ToJsonString()), Cancellation);
}
