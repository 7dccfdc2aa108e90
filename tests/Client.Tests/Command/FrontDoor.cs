using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace QuicPair.Client.Tests.Command;

/// <summary>A <see cref="TestMac"/> behind a real HTTP port.</summary>
internal sealed class FrontDoor : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpMessageInvoker _mac;

    private FrontDoor(WebApplication app, TestMac mac) => (_app, _mac) = (app, new HttpMessageInvoker(mac, false));

    public string Origin =>
        _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    public static async Task<FrontDoor> Start(TestMac mac)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        var door = new FrontDoor(app, mac);
        app.MapPost("/signaling/offer", door.Handle);
        await app.StartAsync();
        return door;
    }

    public async ValueTask DisposeAsync()
    {
        _mac.Dispose();
        await _app.DisposeAsync();
    }

    private async Task Handle(HttpContext http)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Origin);
        request.Content = new StreamContent(http.Request.Body);
        using var reply = await _mac.SendAsync(request, http.RequestAborted);
        http.Response.StatusCode = (int)reply.StatusCode;
        http.Response.ContentType = "application/json";
        await reply.Content.CopyToAsync(http.Response.Body);
    }
}
