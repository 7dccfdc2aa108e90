using System.Net.Http.Headers;
using QuicPair.Grains.Interfaces;
using QuicPair.Grains.Tests;
using Xunit;

namespace QuicPair.SignalingApi.Tests;

public sealed class DashboardTests(SharedFrontDoor shared) : IClassFixture<SharedFrontDoor>
{
    private const string Secret = "planted-sdp-7f3a";
    private static readonly string[] Queries =
    [
        "version", "DashboardCounters", "ClusterStats", "Reminders", "TopGrainMethods", "GrainTypes", "Trace",
        "index.min.js", "index.css", "GrainStats/QuicPair.Grains.Pairings.PairingGrain", "nothing",
    ];

    private readonly FrontDoor _door = shared.Door;

    public static TheoryData<string> Paths =>
    [
        "/dashboard", "/dashboard/", "/DASHBOARD/", "/dashboard/?token=", "/dashboard/?token=wrong",
        "/dashboard//version", "/dashboard/%76ersion", .. Queries.Select(query => "/dashboard/" + query),
    ];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Nothing_of_it_is_shown_without_the_token(string path)
    {
        foreach (var value in new[] { null, "Bearer wrong", "Basic " + SharedFrontDoor.Token })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.TryAddWithoutValidation("Authorization", value);
            var problem = await _door.Http.SendAsync(request, Cancellation).Problem();
            Assert.Equal((401, "unauthorized"), (problem.Status, problem.Code));
        }
    }

    [Fact]
    public void A_start_names_the_pages_and_never_a_token_that_is_set()
    {
        string[] pages = ["Dashboard: http://door.example/dashboard/", "Fleet: http://door.example/fleet"];
        Assert.Equal(pages, OperatorLinks.Lines(_door.Services, "http://door.example", isTerminal: true));
    }

    [Fact]
    public async Task The_link_of_the_terminal_becomes_a_cookie_and_leaves_the_address_bar()
    {
        using var first = await _door.Http.GetAsync("/dashboard/?token=" + SharedFrontDoor.Token, Cancellation);
        Assert.Equal(302, (int)first.StatusCode);
        Assert.Equal("/dashboard/", first.Headers.Location?.ToString());
        var cookies = first.Headers.GetValues("Set-Cookie").ToList();
        Assert.Equal(3, cookies.Count);
        var cookie = cookies[0];
        Assert.DoesNotContain(SharedFrontDoor.Token, cookie, StringComparison.Ordinal);
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("path=/dashboard", cookie, StringComparison.OrdinalIgnoreCase);

        using var request = new HttpRequestMessage(HttpMethod.Get, "/dashboard/");
        request.Headers.Add("Cookie", cookie.Split(';')[0]);
        using var second = await _door.Http.SendAsync(request, Cancellation);
        Assert.Equal(200, (int)second.StatusCode);
        Assert.Equal("text/html", second.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task A_pairing_is_shown_and_what_was_planted_is_not()
    {
        var device = Sample.NewDevice();
        _door.Mac.Put(device, PairingStage.Paired, "Blue phone");
        var offer = Envelope.Offer(device.Value);
        offer["sdp"] = Secret;
        using var made = await _door.Http.PostAsync(
            "/signaling/offer", Envelope.Json(offer.ToJsonString()), Cancellation);
        Assert.Equal(200, (int)made.StatusCode);

        var key = Uri.EscapeDataString($"{Envelope.Mac}/{device}");
        var state = await Show(
            $"GrainState?grainId={key}&grainType=QuicPair.Grains.Pairings.PairingGrain");
        Assert.Contains(device.Value, state, StringComparison.Ordinal);
        Assert.DoesNotContain("Blue phone", state, StringComparison.Ordinal);
        foreach (var query in Queries.Where(query => query != "Trace"))
        {
            var shown = await Show(query);
            Assert.DoesNotContain(Secret, shown, StringComparison.Ordinal);
            Assert.DoesNotContain(Envelope.Token, shown, StringComparison.Ordinal);
            Assert.DoesNotContain(SharedFrontDoor.Token, shown, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(Secret, state, StringComparison.Ordinal);
        Assert.DoesNotContain(_door.Log.Entries, entry => entry.Text.Contains(Secret, StringComparison.Ordinal));
        Assert.DoesNotContain(
            _door.Log.Entries,
            entry => entry.Text.Contains(SharedFrontDoor.Token, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_log_of_the_process_is_not_shown_to_the_operator_either()
    {
        using var request = Asked("Trace");
        using var response = await _door.Http.SendAsync(
            request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        Assert.NotEqual(200, (int)response.StatusCode);
    }

    private static HttpRequestMessage Asked(string query) => new(HttpMethod.Get, "/dashboard/" + query)
    {
        Headers = { Authorization = new AuthenticationHeaderValue("Bearer", SharedFrontDoor.Token) },
    };

    private async Task<string> Show(string query)
    {
        using var request = Asked(query);
        using var response = await _door.Http.SendAsync(request, Cancellation);
        return await response.Content.ReadAsStringAsync(Cancellation);
    }
}
