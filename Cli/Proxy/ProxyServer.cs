using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using QuicPair.Cli.Proxy.Ollama;
using QuicPair.Cli.Proxy.OpenAi;
using QuicPair.Cli.Proxy.Requests;
using QuicPair.Client;

namespace QuicPair.Cli.Proxy;

/// <summary>
/// The Ollama and OpenAI APIs on a loopback address, answered by a paired Mac. The routes here are all there are;
/// nothing is passed on by its path.
/// </summary>
internal sealed class ProxyServer : IAsyncDisposable
{
    // As Ollama answers those who look whether it is there.
    private static readonly string[] Looking = ["GET", "HEAD"];

    private readonly WebApplication _app;
    private readonly BoundedMac _mac;

    private ProxyServer(WebApplication app, BoundedMac mac) => (_app, _mac) = (app, mac);

    /// <summary>Where it listens.</summary>
    public Uri Address => new(
        _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    /// <exception cref="IOException">The address is in use.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">
    /// This user may not listen there, or the machine does not have the address.
    /// </exception>
    public static async Task<ProxyServer> Start(
        MacConnection mac,
        IPEndPoint listen,
        IReadOnlyCollection<string> origins,
        IReadOnlyCollection<string> hosts)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;

            // ApiBody has a limit, and says so in each API's form.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(listen);
        });
        builder.Services.AddRoutingCore();
        var app = builder.Build();
        var guard = new LoopbackGuard(origins, hosts);
        app.Use((http, next) => guard.Admits(http, out var refusal) ? next(http)
            : refusal is null ? Task.CompletedTask
            : Refuse(http, refusal));
        app.UseRouting();
        var (bounded, names) = (new BoundedMac(mac), new ModelNames(mac));
        MapOllama(app, bounded, names);
        MapOpenAi(app, bounded, names);
        try
        {
            await app.StartAsync();
            return new ProxyServer(app, bounded);
        }
        catch
        {
            await app.DisposeAsync();
            bounded.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _mac.Dispose();
    }

    private static void MapOllama(WebApplication app, BoundedMac mac, ModelNames names)
    {
        var (chats, models) = (new OllamaChats(mac, names), new OllamaModels(mac, names));
        app.MapMethods("/", Looking, http => http.Response.WriteAsync("Ollama is running"));
        app.MapMethods("/api/version", Looking, Serve(OllamaModels.Version, OllamaErrors.Write));
        app.MapMethods("/api/tags", Looking, Serve(models.Tags, OllamaErrors.Write));
        Map("GET", "/api/ps", models.Running);
        Map("POST", "/api/show", models.Show);
        Map("POST", "/api/embed", models.Embed);
        Map("POST", "/api/embeddings", models.EmbedOne);
        Map("POST", "/api/chat", chats.Chat);
        Map("POST", "/api/generate", chats.Generate);
        app.Map("/api/{**rest}", http => OllamaErrors.Write(http, NotServed));

        void Map(string method, string path, Func<HttpContext, Task> handle) =>
            app.MapMethods(path, [method], Serve(handle, OllamaErrors.Write));
    }

    private static void MapOpenAi(WebApplication app, BoundedMac mac, ModelNames names)
    {
        var (chats, models) = (new OpenAiChats(mac, names), new OpenAiModels(mac, names));
        Map("POST", "/v1/chat/completions", chats.Complete);
        Map("GET", "/v1/models", models.List);
        Map("GET", "/v1/models/{**model}", models.Retrieve);
        Map("POST", "/v1/embeddings", models.Embed);
        app.Map("/{**rest}", http => OpenAiErrors.Write(http, NotServed));

        void Map(string method, string path, Func<HttpContext, Task> handle) =>
            app.MapMethods(path, [method], Serve(handle, OpenAiErrors.Write));
    }

    private static Failure NotServed { get; } = new(404, "The proxy does not serve this route.", "unknown_url");

    private static Task Refuse(HttpContext http, Failure failure) => http.Request.Path.StartsWithSegments("/api")
        ? OllamaErrors.Write(http, failure)
        : OpenAiErrors.Write(http, failure);

    private static RequestDelegate Serve(Func<HttpContext, Task> handle, Func<HttpContext, Failure, Task> refuse) =>
        async http =>
        {
            try
            {
                await handle(http);
            }
            catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
            {
                // Whoever asked is gone; leaving the answer has cancelled it at the Mac.
            }
            catch (Exception problem) when (Failure.Of(problem) is { } failure)
            {
                if (failure.RetryAfter is { } seconds && !http.Response.HasStarted)
                {
                    http.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
                }

                await refuse(http, failure);
            }
        };
}
