using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using QuicPair.Client;
using QuicPair.Protocol;
using Xunit;

namespace QuicPair.EndToEnd.BadInput;

/// <summary>
/// Offers that fail, whatever the cause, get the same 403 from a real Mac (docs/protocol.md, 3.4); nobody writes a line
/// about them.
/// </summary>
public sealed class RefusalTests
{
    private const string Nobody = "aaaaaaaaaaaaaaaa";

    // More than the clocks may differ, by more than a second that passes in between.
    private const long TooFar = 310;

    // This asks until the answer is another one.
    private static readonly Dictionary<string, string?> Patient = new()
    {
        ["Limits__Burst"] = "100000",
        ["Limits__PerSecond"] = "100000",
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whatever_is_wrong_with_a_signed_offer_its_refusal_is_the_same()
    {
        await using var mac = await MacProcess.Start();
        await using var phone = new RawPhone(await mac.Invite());
        var good = phone.Good();
        Assert.Equal(HttpStatusCode.OK, (await phone.Offer(good)).Status);
        var other = phone.Link with { Secret = RandomNumberGenerator.GetBytes(KeySchedule.KeyLength) };
        (string Cause, RawOffer Offer)[] wrong =
        [
            ("bad auth", good.Anew() with { Key = RandomNumberGenerator.GetBytes(KeySchedule.KeyLength) }),
            ("old timestamp", good.Anew() with { Timestamp = good.Timestamp - TooFar }),
            ("timestamp of the future", good.Anew() with { Timestamp = good.Timestamp + TooFar }),
            ("repeated nonce", good with { Timestamp = good.Timestamp + 1 }),
            ("unknown device", good.Anew() with { Device = Nobody }),
            ("unknown invitation", RawOffer.Of(other, good.Sdp)),
        ];
        var refused = new Dictionary<string, string>();
        foreach (var (cause, offer) in wrong) refused[cause] = await Refusal(phone, offer);

        await mac.Invite();
        refused["void invitation"] = await Refusal(phone, good.Anew());
        refused["used link"] = await Refusal(phone, await Used(mac, good.Sdp));
        refused["revoked device"] = await Refusal(phone, await Revoked(mac, phone));
        refused["expired invitation"] = await Refusal(phone, await Expired(mac, good.Sdp));

        const string expected = """{"title":"The Mac refused. Scan a new code.","status":403,"code":"refused"}""";
        Assert.All(refused, refusal => Assert.Equal((refusal.Key, expected), (refusal.Key, refusal.Value)));
        Assert.Equal((404, "mac_unknown"), Said(await phone.Offer(good.Anew() with { Mac = Nobody })));
        Assert.Empty(mac.Process.Complaints);
    }

    [Fact]
    public async Task A_Mac_that_is_away_is_no_news_at_its_front_door()
    {
        await using var door = await FrontDoorProcess.Start($"{Guid.NewGuid():N}", Patient);
        var settings = new Dictionary<string, string?>
        {
            ["Cluster__Primary"] = $"127.0.0.1:{door.SiloPort}",
            ["FrontDoor__PublicUrl"] = door.Address.GetLeftPart(UriPartial.Authority),
        };
        await using var mac = await MacProcess.Start(settings: settings);
        await using var phone = new RawPhone(await mac.InviteFromAway());
        await Until(phone, status => status == HttpStatusCode.OK);

        await mac.Process.Terminate();
        Assert.Equal(0, await mac.Process.Exit());
        await Until(phone, status => status == HttpStatusCode.ServiceUnavailable);
        var before = door.Process.Complaints;
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal((503, "mac_offline"), Said(await phone.Offer(phone.Good())));
        }

        Assert.Equal((404, "mac_unknown"), Said(await phone.Offer(phone.Good() with { Mac = Nobody })));
        Assert.Equal(before, door.Process.Complaints);
    }

    /// <summary>Offers until the front door has heard that the Mac has come or gone.</summary>
    private static async Task Until(RawPhone phone, Func<HttpStatusCode, bool> isSo)
    {
        while (!isSo((await phone.Offer(phone.Good())).Status)) Cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>An offer under a link that has paired a phone.</summary>
    private static async Task<RawOffer> Used(MacProcess mac, string sdp)
    {
        var text = await mac.Invite();
        using var user = new PhoneCommand();
        Assert.Equal(0, (await user.Run("chat", text, "Hello")).Exit);
        return RawOffer.Of(Link(text), sdp);
    }

    /// <summary>An offer under the keys of a phone that was good until the owner removed it.</summary>
    private static async Task<RawOffer> Revoked(MacProcess mac, RawPhone phone)
    {
        using var user = new PhoneCommand();
        Assert.Equal(0, (await user.Run("chat", await mac.Invite(), "Hello")).Exit);
        await using var store = new Phone(new PhoneOptions { StorePath = user.Store });
        var record = store.Pairings.Load().Single();
        var offer = new RawOffer(record.MacId, record.DeviceId, record.OfferKey!, phone.Peer.LocalDescription);
        Assert.Equal(HttpStatusCode.OK, (await phone.Offer(offer)).Status);
        var revoked = await mac.Ask(new { op = "revoke", device = record.DeviceId });
        Assert.True(revoked.GetProperty("ok").GetBoolean());
        return offer.Anew();
    }

    /// <summary>An offer under a link whose second is over.</summary>
    private static async Task<RawOffer> Expired(MacProcess mac, string sdp)
    {
        var invited = await mac.Ask(new { op = "pair", seconds = 1 });
        var link = Link(invited.GetProperty("links")[0].GetString()!);
        while (DateTimeOffset.UtcNow.ToUnixTimeSeconds() <= link.Expiry)
        {
            // The control socket is the clock.
            await mac.Ask(new { op = "status" });
        }

        return RawOffer.Of(link, sdp);
    }

    private static PairingLink Link(string text)
    {
        Assert.True(PairingLink.TryParse(text, out var link, out string problem), problem);
        return link;
    }

    /// <summary>What is said to a refused offer, without the clock.</summary>
    private static async Task<string> Refusal(RawPhone phone, RawOffer offer)
    {
        var (status, body) = await phone.Offer(offer);
        Assert.Equal(HttpStatusCode.Forbidden, status);
        var said = JsonNode.Parse(body.GetRawText())!.AsObject();
        Assert.InRange((long)said["now"]!, offer.Timestamp - TooFar - 600, offer.Timestamp + TooFar + 600);
        said.Remove("now");
        return said.ToJsonString();
    }

    private static (int Status, string? Code) Said((HttpStatusCode Status, JsonElement Body) reply) =>
        ((int)reply.Status, reply.Body.GetProperty("code").GetString());
}
