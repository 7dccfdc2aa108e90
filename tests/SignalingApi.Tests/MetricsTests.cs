using Microsoft.Extensions.DependencyInjection;
using QuicPair.SignalingApi.Telemetry;
using Xunit;

namespace QuicPair.SignalingApi.Tests;

public sealed class MetricsTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Measurements_have_a_loopback_port_of_their_own()
    {
        await using var door = await FrontDoor.Start(("Metrics:Port", "0"));
        var address = door.Services.GetRequiredService<MetricsListener>().Address!;
        Assert.Equal("127.0.0.1", address.Host);
        Assert.NotEqual(door.Http.BaseAddress!.Port, address.Port);
        using var http = new HttpClient();

        var text = await http.GetStringAsync(address, Cancellation);

        // The front door's own requests, and Orleans.
        Assert.Contains("http_server_request_duration_seconds_bucket{", text, StringComparison.Ordinal);
        Assert.Contains("http_route=\"/readyz\"", text, StringComparison.Ordinal);
        Assert.Contains("orleans_", text, StringComparison.Ordinal);
        using var atTheDoor = await door.Http.GetAsync("/metrics", Cancellation);
        Assert.Equal(404, (int)atTheDoor.StatusCode);
        using var rebound = new HttpRequestMessage(HttpMethod.Get, address) { Headers = { Host = "evil.example" } };
        using var refused = await http.SendAsync(rebound, Cancellation);
        Assert.Equal(421, (int)refused.StatusCode);
    }

    [Fact]
    public async Task Nothing_is_served_unless_a_port_is_set()
    {
        await using var door = await FrontDoor.Start();
        Assert.Null(door.Services.GetRequiredService<MetricsListener>().Address);
    }
}
