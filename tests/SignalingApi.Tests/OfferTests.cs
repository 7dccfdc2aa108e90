using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using QuicPair.Grains.Interfaces;
using QuicPair.Grains.Ports;
using QuicPair.Grains.Tests;
using Xunit;

namespace QuicPair.SignalingApi.Tests;

public sealed class OfferTests(SharedFrontDoor shared) : IClassFixture<SharedFrontDoor>
{
    private readonly FrontDoor _door = shared.Door;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_offer_is_carried_to_its_Mac_and_the_answer_comes_back_exact()
    {
        using var response = await Post(Paired().ToJsonString());

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.True(response.Headers.CacheControl?.NoStore);
        Assert.Equal(
            """{"v":1,"sdp":"v=0\r\n","nonce":"AAECAwQFBgcICQoLDA0ODw","version":1,"auth":"AAECAwQFBgcICQoLDA0ODw"}""",
            await response.Content.ReadAsStringAsync(Cancellation));
    }

    [Fact]
    public async Task The_only_Mac_needs_not_be_named()
    {
        await using var door = await FrontDoor.Start();
        var offer = Paired(door);
        offer.Remove("mac");
        using var response = await Post(door, offer.ToJsonString());
        Assert.Equal(200, (int)response.StatusCode);

        door.Fleet.Add(MacId.Parse(Envelope.Away));
        var problem = await Post(door, offer.ToJsonString()).Problem();
        Assert.Equal((400, "mac_required"), (problem.Status, problem.Code));
    }

    [Fact]
    public async Task Fields_that_nobody_knows_are_ignored()
    {
        var offer = Paired();
        offer["later"] = new JsonArray(new JsonObject { ["x"] = 1.5 });
        using var response = await Post(offer.ToJsonString());
        Assert.Equal(200, (int)response.StatusCode);
    }

    [Theory]
    [InlineData(OfferProblem.Refused, 403, "refused")]
    [InlineData(OfferProblem.BadSdp, 400, "bad_request")]
    [InlineData(OfferProblem.Version, 400, "version")]
    [InlineData(OfferProblem.Rate, 429, "rate")]
    [InlineData(OfferProblem.Overloaded, 503, "busy")]
    public async Task What_the_Mac_says_becomes_a_status_and_a_code(OfferProblem said, int status, string code)
    {
        await using var door = await FrontDoor.Start();
        door.Mac.Verdict = _ => new OfferVerdict.Rejected(said);
        using var response = await door.Http.PostAsync(
            "/signaling/offer", Envelope.Json(Paired(door).ToJsonString()), Cancellation);
        Assert.Equal(status is 429 or 503, response.Headers.RetryAfter is not null);
        var problem = await Task.FromResult(response).Problem();
        Assert.Equal((status, code), (problem.Status, problem.Code));
    }

    [Fact]
    public async Task A_refusal_says_the_time_and_nothing_that_differs()
    {
        _door.Mac.Verdict = offer => offer.Sdp.Contains("wrong", StringComparison.Ordinal)
            ? new OfferVerdict.Rejected(OfferProblem.Refused)
            : new OfferVerdict.Verified();
        var wrong = Paired();
        wrong["sdp"] = "wrong\r\n";
        var unknown = Envelope.Offer(Sample.NewDevice().Value);

        var answers = new[] { await Refusal(wrong), await Refusal(unknown) };

        Assert.All(answers, answer => Assert.Equal(
            ["code", "now", "status", "title"], answer.EnumerateObject().Select(field => field.Name).Order()));
        Assert.Single(answers.Select(answer => answer.GetProperty("title").GetString()).Distinct());
        Assert.All(answers, answer => Assert.InRange(
            answer.GetProperty("now").GetInt64(), DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 3600, long.MaxValue));
    }

    [Theory]
    [InlineData("mac", Envelope.Never, 404, "mac_unknown")]
    [InlineData("mac", Envelope.Away, 503, "mac_offline")]
    [InlineData("mac", "AAAAAAAAAAAAAAAA", 400, "bad_request")]
    [InlineData("mac", "aaaaaaaaaaaaaaa1", 400, "bad_request")]
    [InlineData("mac", "aaaaaaaaaaaaaaaaa", 400, "bad_request")]
    [InlineData("mac", "aaaaaaaa/aaaaaaa", 400, "bad_request")]
    [InlineData("device", "", 400, "bad_request")]
    [InlineData("device", "../../etc/passwd", 400, "bad_request")]
    [InlineData("nonce", "AAECAwQFBgcICQoLDA0OD", 400, "bad_request")]
    [InlineData("nonce", "AAECAwQFBgcICQoLDA0ODx", 400, "bad_request")]
    [InlineData("nonce", "AAECAwQFBgcICQoLDA0ODw==", 400, "bad_request")]
    [InlineData("nonce", "AAECAwQFBgcICQoLDA0O w", 400, "bad_request")]
    [InlineData("auth", "+AECAwQFBgcICQoLDA0ODw", 400, "bad_request")]
    [InlineData("auth", "AAECAwQFBgcICQoLDA0ODwAA", 400, "bad_request")]
    public async Task A_wrong_text_gets_its_answer(string field, string value, int status, string code)
    {
        var offer = Paired();
        offer[field] = value;
        var problem = await Post(offer.ToJsonString()).Problem();
        Assert.Equal((status, code), (problem.Status, problem.Code));
    }

    [Fact]
    public async Task Nobody_waits_for_a_Mac_that_is_away()
    {
        var offer = Paired();
        offer["mac"] = Envelope.Away;
        using var response = await Post(offer.ToJsonString());
        Assert.NotNull(response.Headers.RetryAfter);
    }

    [Fact]
    public async Task A_megabyte_is_too_large()
    {
        var offer = Paired();
        offer["sdp"] = new string('a', 1 << 20);
        var problem = await Post(offer.ToJsonString()).Problem();
        Assert.Equal((413, "too_large"), (problem.Status, problem.Code));
    }

    [Fact]
    public async Task Ten_thousand_candidates_are_too_large()
    {
        var offer = Paired();
        offer["sdp"] = string.Concat(Enumerable.Repeat("a=candidate:1 1 udp 1 10.0.0.1 9 typ host\r\n", 10_000));
        var problem = await Post(offer.ToJsonString()).Problem();
        Assert.Equal((413, "too_large"), (problem.Status, problem.Code));
    }

    [Fact]
    public async Task A_body_without_a_length_is_cut_off_too()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/signaling/offer")
        {
            Content = Envelope.Bytes(new byte[20_000]),
            Headers = { TransferEncodingChunked = true },
        };
        var problem = await _door.Http.SendAsync(request, Cancellation).Problem();
        Assert.Equal((413, "too_large"), (problem.Status, problem.Code));
    }

    [Fact]
    public async Task Exactly_16_KiB_are_taken()
    {
        var offer = Paired();
        offer["sdp"] = string.Empty;
        offer["sdp"] = new string('a', (16 * 1024) - offer.ToJsonString().Length);
        Assert.Equal(16 * 1024, offer.ToJsonString().Length);
        using var response = await Post(offer.ToJsonString());
        Assert.Equal(200, (int)response.StatusCode);
    }

    [Theory]
    [InlineData("text/plain", 415, "media_type")]
    [InlineData("application/json; charset=utf-16", 415, "media_type")]
    [InlineData("application/x-www-form-urlencoded", 415, "media_type")]
    [InlineData(null, 415, "media_type")]
    public async Task Only_JSON_is_taken(string? type, int status, string code)
    {
        using var content = Envelope.Json(Paired().ToJsonString());
        content.Headers.Remove("Content-Type");
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        var problem = await _door.Http.PostAsync("/signaling/offer", content, Cancellation).Problem();
        Assert.Equal((status, code), (problem.Status, problem.Code));
    }

    [Theory]
    [InlineData("GET", "/signaling/offer", 405, "method")]
    [InlineData("PUT", "/signaling/offer", 405, "method")]
    [InlineData("OPTIONS", "/signaling/ice", 405, "method")]
    [InlineData("POST", "/healthz", 405, "method")]
    [InlineData("POST", "/signaling", 404, "not_found")]
    [InlineData("GET", "/signaling/offer/x", 404, "not_found")]
    [InlineData("GET", "/p/../../etc/passwd", 404, "not_found")]
    public async Task A_wrong_method_or_path_gets_its_answer(string method, string path, int status, string code)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        var problem = await _door.Http.SendAsync(request, Cancellation).Problem();
        Assert.Equal((status, code), (problem.Status, problem.Code));
    }

    [Fact]
    public async Task Bad_input_is_no_news_in_the_log()
    {
        CapturedLog log;
        await using (var door = await FrontDoor.Start())
        {
            log = door.Log;
            door.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Microsoft.AspNetCore.Planted")
                .Log(LogLevel.Warning, default, "planted", null, (text, _) => text);
            foreach (var (request, status) in BadRequests(door))
            {
                using (request)
                {
                    using var response = await door.Http.SendAsync(request, Cancellation);
                    Assert.Equal(status, (int)response.StatusCode);
                }
            }

            Assert.StartsWith("HTTP/1.1 400", await Raw(door, "nonsense\r\n\r\n"), StringComparison.Ordinal);
        }

        // The door has ended: whatever it had to say is said.
        var news = log.Entries.SkipWhile(entry => entry.Text != "planted")
            .Where(entry => IsNews(entry.Level, entry.Category, entry.Text));
        Assert.Equal(["planted"], news.Select(entry => entry.Text));
    }

    private static IEnumerable<(HttpRequestMessage Request, int Status)> BadRequests(FrontDoor door)
    {
        var offer = Paired(door);
        offer["nonce"] = "+";
        yield return (Request("{"), 400);
        yield return (Request(offer.ToJsonString()), 400);
        yield return (Request(new string('a', 20_000)), 413);
        var endless = new HttpRequestMessage(HttpMethod.Post, "/signaling/offer")
        {
            Content = Envelope.Bytes(new byte[20_000]),
            Headers = { TransferEncodingChunked = true },
        };
        yield return (endless, 413);
        var text = new HttpRequestMessage(HttpMethod.Post, "/signaling/offer") { Content = new StringContent("{}") };
        yield return (text, 415);
        yield return (new HttpRequestMessage(HttpMethod.Get, "/signaling/offer"), 405);
    }

    private static async Task<string?> Raw(FrontDoor door, string text)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(door.Http.BaseAddress!.Host, door.Http.BaseAddress.Port, Cancellation);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(text), Cancellation);
        using var reader = new StreamReader(stream);
        return await reader.ReadLineAsync(Cancellation);
    }

    // Of those who answer requests; that a machine is slow is news of another kind.
    private static bool IsNews(LogLevel level, string category, string text) =>
        text.Contains("/signaling/", StringComparison.Ordinal)
        || text.Contains("BadHttpRequest", StringComparison.Ordinal)
        || (level >= LogLevel.Warning
            && (category.StartsWith("Microsoft.AspNetCore.", StringComparison.Ordinal)
                || category.StartsWith("QuicPair.SignalingApi.Problems.", StringComparison.Ordinal))
            && !text.Contains("heartbeat", StringComparison.Ordinal));

    private async Task<JsonElement> Refusal(JsonObject offer)
    {
        var problem = await Post(offer.ToJsonString()).Problem();
        Assert.Equal((403, "refused"), (problem.Status, problem.Code));
        return problem.Body;
    }

    private JsonObject Paired() => Paired(_door);

    private static JsonObject Paired(FrontDoor door)
    {
        var device = Sample.NewDevice();
        door.Mac.Put(device, PairingStage.Paired);
        return Envelope.Offer(device.Value);
    }

    private Task<HttpResponseMessage> Post(string body) => Post(_door, body);

    private static async Task<HttpResponseMessage> Post(FrontDoor door, string body)
    {
        using var request = Request(body);
        return await door.Http.SendAsync(request, Cancellation);
    }

    private static HttpRequestMessage Request(string body) => new(HttpMethod.Post, "/signaling/offer")
    {
        Content = Envelope.Json(body),

        // Whoever sends on after the answer may lose it with the connection.
        Headers = { ExpectContinue = body.Length > 16 * 1024 },
    };
}
