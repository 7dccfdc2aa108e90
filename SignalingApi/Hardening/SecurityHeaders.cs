using System.Net;

namespace QuicPair.SignalingApi.Hardening;

/// <summary>Headers that every answer has. Whoever serves a page sets a policy of its own before.</summary>
internal sealed class SecurityHeaders(RequestDelegate next)
{
    /// <summary>For answers that are no page.</summary>
    public const string NoPage = "default-src 'none'; frame-ancestors 'none'";

    public Task InvokeAsync(HttpContext http)
    {
        http.Response.OnStarting(static state => Set((HttpContext)state), http);
        return next(http);
    }

    private static Task Set(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";

        // Of an origin that they do not trust, browsers ignore it and complain in the console.
        if (http.Request.IsHttps || IsLoopback(http.Request.Host.Host))
        {
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
        }

        if (headers.ContentSecurityPolicy.Count == 0)
        {
            headers.ContentSecurityPolicy = NoPage;
        }

        if (http.Request.IsHttps)
        {
            headers.StrictTransportSecurity = "max-age=31536000";
        }

        return Task.CompletedTask;
    }

    private static bool IsLoopback(string host) =>
        IPAddress.TryParse(host, out var address)
            ? IPAddress.IsLoopback(address)
            : host.Equals("localhost", StringComparison.OrdinalIgnoreCase);
}
