using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using QuicPair.EndToEnd.Traces;
using Xunit;

namespace QuicPair.EndToEnd.Tools;

/// <summary>The system's proxy may be anywhere: who is in local mode asks past it.</summary>
public sealed class LocalProxyTests : IAsyncLifetime
{
    private readonly WebApplication _proxy = Make();
    private readonly WebApplication _door = Make();
    private int _proxied;
    private int _asked;

    public async ValueTask InitializeAsync()
    {
        _proxy.Run(http => Answer(http, ref _proxied));
        _door.Run(http => Answer(http, ref _asked));
        await _proxy.StartAsync(TestContext.Current.CancellationToken);
        await _door.StartAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await _door.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Doctor_asks_a_front_door_past_it_in_local_mode(bool isLocal)
    {
        using var machine = new PhoneCommand
        {
            Environment = new Dictionary<string, string?> { ["http_proxy"] = _proxy.Urls.First() },
        };
        var (_, output, _) = await machine.Run(
            "doctor", $"--FrontDoor:PublicUrl={_door.Urls.First()}", $"--Network:LocalOnly={isLocal}");

        Assert.Contains($"OK    front door {_door.Urls.First()} answers", output, StringComparison.Ordinal);
        Assert.Equal(isLocal ? (0, 1) : (1, 0), (_proxied, _asked));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Traces_leave_past_it_in_local_mode(bool isLocal)
    {
        await using var collector = await Collector.Start();
        var settings = collector.Settings("mac", delay: 3_600_000);
        settings["http_proxy"] = _proxy.Urls.First();
        settings["Network__LocalOnly"] = $"{isLocal}";
        await using var mac = await MacProcess.Start(settings: settings);
        using (var http = new HttpClient())
        {
            await http.GetStringAsync(new Uri(mac.Address, "/healthz"), TestContext.Current.CancellationToken);
        }

        await mac.Process.Terminate();
        Assert.Equal(0, await mac.Process.Exit());
        Assert.Equal((isLocal, !isLocal), (collector.All().Count > 0, _proxied > 0));
    }

    private static WebApplication Make()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        return builder.Build();
    }

    private static Task Answer(HttpContext http, ref int count)
    {
        Interlocked.Increment(ref count);
        return http.Response.WriteAsync("ok");
    }
}
