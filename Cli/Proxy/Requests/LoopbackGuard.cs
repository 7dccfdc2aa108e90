using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace QuicPair.Cli.Proxy.Requests;

/// <summary>
/// Lets programs of this machine in, and pages of this machine, of a program's own window or of the origins that the
/// user named; every other web page in a browser of this machine stays out, also one whose name was rebound to a
/// loopback address.
/// </summary>
internal sealed class LoopbackGuard(IReadOnlyCollection<string> origins)
{
    // As Ollama has them: schemes that no page of the web can have. A browser's extensions are not among them; what
    // somebody else wrote and a browser runs is for the user to name.
    private static readonly string[] AppSchemes = ["app", "file", "tauri", "vscode-file", "vscode-webview"];

    // This machine to a browser. The second is where the windows of Tauri are on Windows; elsewhere nobody needs it,
    // and not every browser keeps such a name on this machine.
    private static readonly string[] PagesHere =
        OperatingSystem.IsWindows() ? ["0.0.0.0", "tauri.localhost"] : ["0.0.0.0"];

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
            && (IsHere(uri.Host) || PagesHere.Contains(uri.Host)))
        || IsOfAnApp(origin);

    // The origin goes into a header of the reply, which is ASCII.
    private static bool IsOfAnApp(string origin) =>
        origin.IndexOf("://", StringComparison.Ordinal) is > 0 and var end
        && AppSchemes.Contains(origin[..end], StringComparer.OrdinalIgnoreCase)
        && Ascii.IsValid(origin);

    private static bool IsHere(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static bool IsFromAnotherSite(StringValues site) => site.ToString() is "cross-site" or "same-site";
}
