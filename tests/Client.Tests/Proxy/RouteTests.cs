using System.Net;
using System.Text.Json;
using QuicPair.Protocol.Chat;

namespace QuicPair.Client.Tests.Proxy;

/// <summary>How programs may ask for what the proxy serves.</summary>
public sealed class RouteTests : IAsyncLifetime
{
    private ProxyDesk _desk = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private HttpClient Http => _desk.Http;

    public async ValueTask InitializeAsync() => _desk = await ProxyDesk.Start();

    public ValueTask DisposeAsync() => _desk.DisposeAsync();

    [Theory]
    [InlineData("/")]
    [InlineData("/api/version")]
    [InlineData("/api/tags")]
    public async Task Ollamas_ways_to_see_whether_it_is_there_answer_a_HEAD(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Head, path);
        using var reply = await Http.SendAsync(request, Cancellation);
        Assert.Equal(HttpStatusCode.OK, reply.StatusCode);
        Assert.Empty(await reply.Content.ReadAsByteArrayAsync(Cancellation));
    }

    [Theory]
    [InlineData("hf.co/a/b:q4", "hf.co%2Fa%2Fb%3Aq4")]
    [InlineData("hf.co/a/b:q4", "hf.co%2fa%2fb:q4")]
    [InlineData("hf.co/a/b:q4", "hf.co/a/b:q4")]
    public async Task A_model_whose_name_has_a_slash_is_found_escaped_or_not(string name, string asked)
    {
        _desk.Mac.Models = [new ModelDescription { Name = name, Size = 7, Loaded = true, Remote = false }];
        var found = JsonElement.Parse(await Http.GetStringAsync($"/v1/models/{asked}", Cancellation));
        Assert.Equal(name, found.GetProperty("id").GetString());
    }
}
