using Xunit;

namespace QuicPair.SignalingApi.Tests;

public sealed class HardeningTests(SharedFrontDoor shared) : IClassFixture<SharedFrontDoor>
{
    private const string OpenerPolicy = "Cross-Origin-Opener-Policy";

    private readonly FrontDoor _door = shared.Door;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("evil.example")]
    [InlineData("localhost.evil.example")]
    [InlineData("door.example.evil.example")]
    [InlineData("192.0.2.1")]
    [InlineData("127.0.0.2")]
    public async Task A_name_that_is_not_ours_is_refused(string host)
    {
        var problem = await Get("/healthz", ("Host", host)).Problem();
        Assert.Equal((421, "host"), (problem.Status, problem.Code));
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST:8443")]
    [InlineData("127.0.0.1")]
    [InlineData("door.example")]
    public async Task Our_names_are_answered(string host)
    {
        using var response = await Get("/healthz", ("Host", host));
        Assert.Equal(200, (int)response.StatusCode);
    }

    [Fact]
    public async Task The_machines_own_names_are_answered()
    {
        var machine = System.Net.Dns.GetHostName();
        foreach (var host in new[] { machine, machine.Split('.')[0] + ".local" })
        {
            using var response = await Get("/healthz", ("Host", host));
            Assert.Equal(200, (int)response.StatusCode);
        }
    }

    [Theory]
    [InlineData("http://evil.example")]
    [InlineData("http://localhost.evil.example")]
    [InlineData("null")]
    [InlineData("http://door.example:81")]
    public async Task Another_sites_page_is_refused(string origin)
    {
        var problem = await Get("/healthz", ("Host", "door.example"), ("Origin", origin)).Problem();
        Assert.Equal((403, "origin"), (problem.Status, problem.Code));
    }

    [Theory]
    [InlineData("door.example", "http://door.example")]
    [InlineData("door.example:8443", "https://door.example:8443")]
    [InlineData("door.example", "https://door.example")]
    public async Task Our_own_page_is_answered_and_no_site_is_allowed_by_header(string host, string origin)
    {
        using var response = await Get("/healthz", ("Host", host), ("Origin", origin));
        Assert.Equal(200, (int)response.StatusCode);
        Assert.DoesNotContain(
            response.Headers,
            header => header.Key.StartsWith("Access-Control", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("/healthz")]
    [InlineData("/nothing")]
    [InlineData("/signaling/offer")]
    [InlineData("/dashboard")]
    public async Task Every_answer_has_the_headers(string path)
    {
        using var response = await Get(path);
        Assert.Equal(["nosniff"], response.Headers.GetValues("X-Content-Type-Options"));
        Assert.Equal(["DENY"], response.Headers.GetValues("X-Frame-Options"));
        Assert.Equal(["no-referrer"], response.Headers.GetValues("Referrer-Policy"));
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.False(response.Headers.Contains("Server"));
    }

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("LOCALHOST:8443", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("door.example", false)]
    public async Task Over_plain_HTTP_only_a_loopback_page_has_its_windows_to_itself(string host, bool isAlone)
    {
        using var response = await Get("/p", ("Host", host));
        Assert.Equal(isAlone, response.Headers.Contains(OpenerPolicy));
    }

    [Fact]
    public async Task Over_HTTPS_every_page_has_its_windows_to_itself()
    {
        await using var door = await FrontDoor.Start(
            ("FrontDoor:KnownProxies:0", "127.0.0.1"), ("FrontDoor:Hosts:0", "door.example"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/p");
        request.Headers.Host = "door.example";
        request.Headers.Add("X-Forwarded-Proto", "https");
        using var response = await door.Http.SendAsync(request, Cancellation);
        Assert.Equal(["same-origin"], response.Headers.GetValues(OpenerPolicy));
    }

    [Fact]
    public async Task Headers_have_a_limit()
    {
        using var response = await Get("/healthz", ("X-Long", new string('a', 9000)));
        Assert.Equal(431, (int)response.StatusCode);
    }

    [Fact]
    public async Task Too_many_offers_from_one_address_wait()
    {
        await using var door = await FrontDoor.Start(("Limits:Burst", "3"), ("Limits:PerSecond", "1"));
        var answers = new List<HttpResponseMessage>();
        for (var i = 0; i < 20; i++)
        {
            answers.Add(await door.Http.PostAsync("/signaling/offer", Envelope.Json("{}"), Cancellation));
        }

        Assert.All(answers.Take(3), answer => Assert.Equal(400, (int)answer.StatusCode));
        var refused = answers.First(answer => (int)answer.StatusCode == 429);
        Assert.NotNull(refused.Headers.RetryAfter);
        var problem = await Task.FromResult(refused).Problem();
        Assert.Equal("rate", problem.Code);
        using var health = await door.Http.GetAsync("/healthz", Cancellation);
        Assert.Equal(200, (int)health.StatusCode);
    }

    [Fact]
    public async Task Who_claims_to_be_forwarded_is_not_believed() => Assert.Contains(429, await Forwarded());

    [Fact]
    public async Task A_known_proxy_is_believed() =>
        Assert.DoesNotContain(429, await Forwarded(("FrontDoor:KnownProxies:0", "127.0.0.1")));

    private static async Task<List<int>> Forwarded(params (string Key, string Value)[] settings)
    {
        await using var door = await FrontDoor.Start(
            [("Limits:Burst", "2"), ("Limits:PerSecond", "1"), .. settings]);
        var statuses = new List<int>();
        for (var i = 0; i < 20; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/signaling/offer")
            {
                Content = Envelope.Json("{}"),
            };
            request.Headers.Add("X-Forwarded-For", $"192.0.2.{i}");
            using var response = await door.Http.SendAsync(request, Cancellation);
            statuses.Add((int)response.StatusCode);
        }

        return statuses;
    }

    private async Task<HttpResponseMessage> Get(string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await _door.Http.SendAsync(request, Cancellation);
    }
}
