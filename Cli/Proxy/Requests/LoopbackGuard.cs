using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace QuicPair.Cli.Proxy.Requests;

/// <summary>
/// Lets programs of this machine in, and pages of this machine or of the origins that the user named; every other web
/// page in a browser of this machine stays out, also one whose name was rebound to a loopback address.
/// </summary>
internal sealed class LoopbackGuard(IReadOnlyCollection<string> origins)
{
    /// <summary>True when the request may go on; else it is answered.</summary>
    public bool Admits(HttpContext http)
    {
        var headers = http.Request.Headers;
        var origin = headers.Origin;
        if (!IsHere(http.Request.Host.Host) || (IsFromAnotherSite(headers["Sec-Fetch-Site"]) && origin.Count == 0))
        {
            http.Response.StatusCode = StatusCodes.Status403Forbidden;
            return false;
        }

        if (origin.Count == 0)
        {
            return true;
        }

        if (origin.Count > 1 || !IsAdmitted(origin[0]!))
        {
            http.Response.StatusCode = StatusCodes.Status403Forbidden;
            return false;
        }

        http.Response.Headers.AccessControlAllowOrigin = origin;
        http.Response.Headers.Vary = "Origin";
        if (http.Request.Method != HttpMethods.Options)
        {
            return true;
        }

        http.Response.Headers.AccessControlAllowMethods = "GET, POST, HEAD";
        http.Response.Headers.AccessControlAllowHeaders = headers.AccessControlRequestHeaders;
        http.Response.StatusCode = StatusCodes.Status204NoContent;
        return false;
    }

    private bool IsAdmitted(string origin) =>
        origins.Contains(origin, StringComparer.OrdinalIgnoreCase)
        || (Uri.TryCreate(origin, UriKind.Absolute, out var uri)
            && uri.Scheme is "http" or "https"
            && IsHere(uri.Host));

    private static bool IsHere(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static bool IsFromAnotherSite(StringValues site) => site.ToString() is "cross-site" or "same-site";
}
