using System.Net;
using System.Text;
using Xunit;

namespace QuicPair.Cluster.Tests.Deploy;

/// <summary>
/// Caddy's line and health check of docker-compose.yml, run for real without containers, before a real front door.
/// </summary>
public sealed class CaddyTests
{
    private static readonly string[] Stores = ["/etc/ssl/certs", "/usr/local/share/ca-certificates"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_serves_the_front_door_over_https_and_ends_in_order()
    {
        var trusted = Trusted();
        await using var door = await DoorBehindCaddy.Start();
        using var phone = door.Phone("127.0.0.1");
        using var answer = await phone.GetAsync("/healthz", Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("ok\n", await answer.Content.ReadAsStringAsync(Cancellation));

        // The front door says so over HTTPS only, and that it is HTTPS it has on Caddy's word.
        Assert.Equal(["max-age=31536000"], answer.Headers.GetValues("Strict-Transport-Security"));

        using var plain = await phone.GetAsync("http://localhost/healthz", Cancellation);
        Assert.Equal(HttpStatusCode.PermanentRedirect, plain.StatusCode);
        Assert.Equal("https://localhost/healthz", plain.Headers.Location?.ToString());

        using var stranger = door.Phone("127.0.0.1", trustsCaddy: false);
        var refusal = await Assert.ThrowsAsync<HttpRequestException>(() => stranger.GetAsync("/healthz", Cancellation));
        Assert.Equal(HttpRequestError.SecureConnectionError, refusal.HttpRequestError);

        Assert.True(await door.IsHealthy());
        Assert.Equal(0, await door.StopCaddy());
        Assert.False(await door.IsHealthy());
        Assert.Equal(trusted, Trusted());
    }

    [Fact]
    public async Task Behind_it_each_phone_has_limits_of_its_own_whatever_it_claims()
    {
        await using var door = await DoorBehindCaddy.Start(("Limits__Burst", "2"), ("Limits__PerSecond", "1"));
        for (var i = 1; i <= 6; i++)
        {
            using var phone = door.Phone($"127.0.0.{i}");
            Assert.Equal(HttpStatusCode.BadRequest, await Offer(phone));
        }

        using var liar = door.Phone("127.0.0.7");
        var statuses = new List<HttpStatusCode>();
        for (var i = 1; i <= 20; i++)
        {
            statuses.Add(await Offer(liar, claim: $"192.0.2.{i}"));
        }

        Assert.Contains(HttpStatusCode.TooManyRequests, statuses);
    }

    /// <summary>Sends an offer that is none, and may claim to come from elsewhere.</summary>
    private static async Task<HttpStatusCode> Offer(HttpClient phone, string? claim = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/signaling/offer")
        {
            Content = new StringContent("{}", Encoding.UTF8, "application/json"),
        };
        if (claim is not null) request.Headers.Add("X-Forwarded-For", claim);
        using var answer = await phone.SendAsync(request, Cancellation);
        return answer.StatusCode;
    }

    /// <summary>The files of those that the machine trusts, and when each was written.</summary>
    private static string[] Trusted() =>
    [
        .. Stores.Where(Directory.Exists).SelectMany(store => Directory.EnumerateFiles(store))
            .Order(StringComparer.Ordinal).Select(file => $"{file} {File.GetLastWriteTimeUtc(file).Ticks}"),
    ];
}
