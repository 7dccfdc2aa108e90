using System.Net.Http.Headers;
using System.Text.Json;
using QuicPair.Grains.Interfaces;
using QuicPair.Grains.Tests;
using Xunit;

namespace QuicPair.SignalingApi.Tests;

public sealed class FleetTests(SharedFrontDoor shared) : IClassFixture<SharedFrontDoor>
{
    private readonly FrontDoor _door = shared.Door;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("GET", "/api/macs")]
    [InlineData("GET", "/api/macs/events")]
    [InlineData("GET", "/api/anything")]
    [InlineData("GET", "/fleet")]
    [InlineData("GET", "/fleet?token=wrong")]
    [InlineData("POST", "/api/macs/aaaaaaaaaaaaaaaa/devices/bbbbbbbbbbbbbbbb/revoke")]
    public async Task Nothing_of_it_without_the_token(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        var problem = await _door.Http.SendAsync(request, Cancellation).Problem();
        Assert.Equal((401, "unauthorized"), (problem.Status, problem.Code));
    }

    [Fact]
    public async Task The_link_with_the_token_leads_to_the_page()
    {
        using var first = await _door.Http.GetAsync("/fleet?token=" + SharedFrontDoor.Token, Cancellation);
        Assert.Equal((302, "/fleet"), ((int)first.StatusCode, first.Headers.Location?.ToString()));
        var cookie = first.Headers.GetValues("Set-Cookie").Single(text => text.Contains("path=/fleet"));
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);

        using var request = new HttpRequestMessage(HttpMethod.Get, "/fleet");
        request.Headers.Add("Cookie", cookie.Split(';')[0]);
        using var page = await _door.Http.SendAsync(request, Cancellation);
        Assert.Equal((200, "text/html"), ((int)page.StatusCode, page.Content.Headers.ContentType?.MediaType));
        Assert.Contains(
            "script-src 'self'", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        using var elsewhere = await _door.Http.GetAsync("/p/fleet.html", Cancellation);
        Assert.Equal(404, (int)elsewhere.StatusCode);
    }

    [Fact]
    public async Task A_Mac_that_is_here_tells_of_itself_and_one_that_is_away_is_remembered()
    {
        var device = Sample.NewDevice();
        _door.Mac.Put(device, PairingStage.Paired, "Blue phone");
        _door.Mac.Connect(device);

        // The board may be a second old.
        JsonElement here, shown;
        do
        {
            var macs = (await Read()).GetProperty("macs");
            here = macs.EnumerateArray().Single(mac => mac.GetProperty("mac").GetString() == Envelope.Mac);
            var away = macs.EnumerateArray().Single(mac => mac.GetProperty("mac").GetString() == Envelope.Away);
            Assert.Equal("away", away.GetProperty("state").GetString());
            Assert.False(away.TryGetProperty("devices", out _));
            shown = Find(here, device);
        }
        while (shown.ValueKind == JsonValueKind.Undefined);

        Assert.Equal("here", here.GetProperty("state").GetString());
        Assert.Equal(1, here.GetProperty("running").GetInt32());
        Assert.Equal(2, here.GetProperty("waiting").GetInt32());
        Assert.Matches(@"^\d+\.\d+\.\d+$", here.GetProperty("version").GetString());
        Assert.Matches(@":\d+$", here.GetProperty("address").GetString());
        Assert.DoesNotContain("Blue phone", here.GetRawText(), StringComparison.Ordinal);
        var session = shown.GetProperty("session");
        Assert.Equal("local", session.GetProperty("path").GetString());
        Assert.Equal("idle", session.GetProperty("stage").GetString());
        Assert.Equal(3, session.GetProperty("roundTripMs").GetDouble());
    }

    [Fact]
    public async Task What_changes_is_an_event_and_a_revoked_device_is_gone()
    {
        var device = Sample.NewDevice();
        using var request = Asked(HttpMethod.Get, "/api/macs/events");
        using var response = await _door.Http.SendAsync(
            request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        using var events = new StreamReader(await response.Content.ReadAsStreamAsync(Cancellation));
        await Next(events);

        _door.Mac.Put(device, PairingStage.Paired, "Green phone");
        while (Find(await Next(events), device).ValueKind == JsonValueKind.Undefined)
        {
        }

        var path = $"/api/macs/{Envelope.Mac}/devices/{device}/revoke";
        using var revoke = Asked(HttpMethod.Post, path);
        using var revoked = await _door.Http.SendAsync(revoke, Cancellation);
        Assert.Equal(204, (int)revoked.StatusCode);
        Assert.Contains($"delete {device}", _door.Mac.Asked);
        while (Find(await Next(events), device).ValueKind != JsonValueKind.Undefined)
        {
        }

        using var again = Asked(HttpMethod.Post, path);
        Assert.Equal(404, (await _door.Http.SendAsync(again, Cancellation).Problem()).Status);
        using var away = Asked(HttpMethod.Post, $"/api/macs/{Envelope.Away}/devices/{device}/revoke");
        Assert.Equal("mac_offline", (await _door.Http.SendAsync(away, Cancellation).Problem()).Code);
    }

    [Fact]
    public async Task Another_site_cannot_revoke_with_the_operators_browser()
    {
        using var request = Asked(HttpMethod.Post, $"/api/macs/{Envelope.Mac}/devices/bbbbbbbbbbbbbbbb/revoke");
        request.Headers.Add("Origin", "https://elsewhere.example");
        var problem = await _door.Http.SendAsync(request, Cancellation).Problem();
        Assert.Equal((403, "origin"), (problem.Status, problem.Code));
    }

    private static HttpRequestMessage Asked(HttpMethod method, string path) => new(method, path)
    {
        Headers = { Authorization = new AuthenticationHeaderValue("Bearer", SharedFrontDoor.Token) },
    };

    private static JsonElement Find(JsonElement macOrReport, DeviceId device)
    {
        var macs = macOrReport.TryGetProperty("macs", out var all) ? all.EnumerateArray().ToList() : [macOrReport];
        return macs.Where(mac => mac.TryGetProperty("devices", out _))
            .SelectMany(mac => mac.GetProperty("devices").EnumerateArray())
            .FirstOrDefault(shown => shown.GetProperty("device").GetString() == device.Value);
    }

    private static async Task<JsonElement> Next(StreamReader events)
    {
        while (true)
        {
            var line = await events.ReadLineAsync(Cancellation);
            if (line is not null && line.StartsWith("data: ", StringComparison.Ordinal))
            {
                using var document = JsonDocument.Parse(line["data: ".Length..]);
                return document.RootElement.Clone();
            }
        }
    }

    private async Task<JsonElement> Read()
    {
        using var request = Asked(HttpMethod.Get, "/api/macs");
        using var response = await _door.Http.SendAsync(request, Cancellation);
        Assert.Equal(200, (int)response.StatusCode);
        using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancellation));
        return document.RootElement.Clone();
    }
}
