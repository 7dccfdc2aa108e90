using System.Net;

namespace QuicPair.Client.Tests.Proxy;

/// <summary>Whose pages the proxy serves beside those of this machine.</summary>
public sealed class OriginTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("app://obsidian.md")]
    [InlineData("file://")]
    [InlineData("tauri://localhost")]
    [InlineData("vscode-file://vscode-app")]
    [InlineData("vscode-webview://1ko5lrg2fq3h4g9tq2m0qh3kr0s8l4ps0vjc2mnd4dmrhaq6kd1t")]
    [InlineData("http://0.0.0.0:8080")]
    [InlineData("http://127.0.0.1")]
    public async Task The_window_of_a_program_may_ask_and_its_browser_hears_so(string origin)
    {
        await using var desk = await ProxyDesk.Start();
        using var asked = await Ask(desk, HttpMethod.Options, origin);
        Assert.Equal(HttpStatusCode.NoContent, asked.StatusCode);
        Assert.Equal([origin], asked.Headers.GetValues("Access-Control-Allow-Origin"));
        Assert.Equal(["content-type"], asked.Headers.GetValues("Access-Control-Allow-Headers"));

        using var reply = await Ask(desk, HttpMethod.Get, origin);
        Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
        Assert.Equal([origin], reply.Headers.GetValues("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("https://obsidian.md")]
    [InlineData("https://tauri.localhost.example")]
    [InlineData("http://other.localhost")]
    [InlineData("ftp://localhost")]
    [InlineData("application://obsidian.md")]
    [InlineData("app:obsidian.md")]
    [InlineData("://obsidian.md")]
    [InlineData("chrome-extension://abcdefghijklmnop")]
    [InlineData("moz-extension://5f0c9b2e")]
    [InlineData("null")]
    public async Task Every_other_page_is_refused_until_the_user_names_it(string origin)
    {
        await using (var desk = await ProxyDesk.Start())
        {
            foreach (var method in (HttpMethod[])[HttpMethod.Options, HttpMethod.Get])
            {
                using var refused = await Ask(desk, method, origin);
                Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
                Assert.False(refused.Headers.Contains("Access-Control-Allow-Origin"));
            }
        }

        await using var named = await ProxyDesk.Start(origin);
        using var reply = await Ask(named, HttpMethod.Get, origin);
        Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
    }

    [Theory]
    [InlineData("http://tauri.localhost")]
    [InlineData("https://tauri.localhost")]
    public async Task The_windows_of_Tauri_have_a_name_of_their_own_on_Windows_only(string origin)
    {
        await using (var desk = await ProxyDesk.Start())
        {
            using var reply = await Ask(desk, HttpMethod.Get, origin);
            Assert.Equal(
                OperatingSystem.IsWindows() ? HttpStatusCode.OK : HttpStatusCode.Forbidden, reply.StatusCode);
        }

        await using var named = await ProxyDesk.Start(origin);
        using var admitted = await Ask(named, HttpMethod.Get, origin);
        Assert.Equal(HttpStatusCode.OK, admitted.StatusCode);
    }

    [Fact]
    public async Task A_name_that_was_rebound_is_refused_whatever_origin_it_says()
    {
        await using var desk = await ProxyDesk.Start();
        foreach (var host in (string[])["rebound.example", "tauri.localhost", "0.0.0.0"])
        {
            using var reply = await Ask(desk, HttpMethod.Get, "app://obsidian.md", host);
            Assert.Equal(HttpStatusCode.Forbidden, reply.StatusCode);
        }
    }

    private static async Task<HttpResponseMessage> Ask(
        ProxyDesk desk, HttpMethod method, string origin, string host = "localhost")
    {
        using var request = new HttpRequestMessage(method, "/api/version");
        request.Headers.Host = host;
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Sec-Fetch-Site", "cross-site");
        request.Headers.Add("Access-Control-Request-Headers", "content-type");
        return await desk.Http.SendAsync(request, Cancellation);
    }
}
