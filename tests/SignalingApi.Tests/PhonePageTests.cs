using System.Text.RegularExpressions;
using Xunit;

namespace QuicPair.SignalingApi.Tests;

public sealed partial class PhonePageTests(SharedFrontDoor shared) : IClassFixture<SharedFrontDoor>
{
    private readonly FrontDoor _door = shared.Door;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/p")]
    [InlineData("/p/")]
    [InlineData("/p/index.html")]
    public async Task The_page_is_never_stored_and_loads_from_its_own_origin_only(string path)
    {
        using var response = await _door.Http.GetAsync(path, Cancellation);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        Assert.True(response.Headers.CacheControl?.NoStore);
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'none'; script-src 'self'; style-src 'self'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_page_loads_is_there_and_may_be_kept()
    {
        var page = await _door.Http.GetStringAsync("/p", Cancellation);
        var assets = Asset().Matches(page).Select(match => match.Groups[1].Value).ToList();
        Assert.NotEmpty(assets);
        foreach (var asset in assets)
        {
            using var response = await _door.Http.GetAsync(asset, Cancellation);
            Assert.Equal(200, (int)response.StatusCode);
            Assert.Equal("public, max-age=31536000, immutable", response.Headers.CacheControl?.ToString());
        }
    }

    [Theory]
    [InlineData("/p/nothing")]
    [InlineData("/p/assets/")]
    [InlineData("/p/web/index.html")]
    public async Task What_is_not_of_the_page_is_not_there(string path)
    {
        var problem = await _door.Http.GetAsync(path, Cancellation).Problem();
        Assert.Equal((404, "not_found"), (problem.Status, problem.Code));
    }

    [Fact]
    public async Task The_bare_address_leads_to_the_page()
    {
        using var response = await _door.Http.GetAsync("/", Cancellation);
        Assert.Equal("/p", response.Headers.Location?.ToString());
    }

    [GeneratedRegex("(?:src|href)=\"(/p/assets/[^\"]+)\"")]
    private static partial Regex Asset();
}
