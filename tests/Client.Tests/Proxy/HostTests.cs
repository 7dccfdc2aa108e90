using System.Net;
using System.Text.Json;

namespace QuicPair.Client.Tests.Proxy;

/// <summary>By which names a program may ask the proxy, and what it hears when it may not.</summary>
public sealed class HostTests : IAsyncLifetime
{
    private const string Container = "host.docker.internal";

    private ProxyDesk _desk = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _desk = await ProxyDesk.Start(origins: [], hosts: [Container]);

    public ValueTask DisposeAsync() => _desk.DisposeAsync();

    [Theory]
    [InlineData("host.docker.internal:11434")]
    [InlineData("Host.Docker.Internal")]
    [InlineData("ollama.localhost:11434")]
    public async Task A_name_of_this_machine_is_for_programs_and_for_no_page_of_that_name(string host)
    {
        var origin = $"http://{host}";
        Assert.Equal(HttpStatusCode.OK, (await Ask("/api/version", host)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await Ask("/api/version", host, site: "same-origin")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await Ask("/api/version", host, origin)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await Ask("/api/version", host, origin, "same-origin")).Status);
    }

    [Theory]
    [InlineData(Container)]
    [InlineData("studio.example")]
    public async Task A_name_that_a_browser_may_find_elsewhere_is_for_the_user_to_give(string host)
    {
        await using (var desk = await ProxyDesk.Start())
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await Ask("/api/tags", host, desk: desk)).Status);
            Assert.Empty(desk.Mac.Offers);
        }

        await using var named = await ProxyDesk.Start(origins: [], hosts: ["other.example", host]);
        Assert.Equal(HttpStatusCode.OK, (await Ask("/api/version", host, desk: named)).Status);
        Assert.Equal(HttpStatusCode.OK, (await Ask("/api/version", "other.example", desk: named)).Status);
    }

    [Theory]
    [InlineData("docker.internal")]
    [InlineData("evil.host.docker.internal")]
    [InlineData("host.docker.internal.evil.example")]
    [InlineData("evillocalhost")]
    public async Task A_name_that_only_looks_like_one_is_refused(string host) =>
        Assert.Equal(HttpStatusCode.Forbidden, (await Ask("/api/version", host)).Status);

    [Theory]
    [InlineData("rebound.example", null, "quicpair proxy --host host.docker.internal")]
    [InlineData("localhost", "https://evil.example", "--origin")]
    public async Task A_refusal_says_what_would_help_in_each_apis_form(string host, string? origin, string help)
    {
        var (status, error) = await Ask("/api/version", host, origin);
        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Contains(help, error.GetString(), StringComparison.Ordinal);

        (status, error) = await Ask("/v1/models", host, origin);
        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Contains(help, error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("permission_error", error.GetProperty("type").GetString());
        Assert.Empty(_desk.Mac.Offers);
    }

    private async Task<(HttpStatusCode Status, JsonElement Error)> Ask(
        string path, string host, string? origin = null, string? site = null, ProxyDesk? desk = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Host = host;
        if (origin is not null) request.Headers.Add("Origin", origin);
        if (site is not null) request.Headers.Add("Sec-Fetch-Site", site);
        using var reply = await (desk ?? _desk).Http.SendAsync(request, Cancellation);
        var body = JsonElement.Parse(await reply.Content.ReadAsStringAsync(Cancellation));
        return (reply.StatusCode, body.TryGetProperty("error", out var error) ? error : default);
    }
}
