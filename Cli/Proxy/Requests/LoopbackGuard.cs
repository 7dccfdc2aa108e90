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
/// <param name="origins">The web origins that the user named.</param>
/// <param name="hosts">The names that the user gave this machine, beside those that it has to itself.</param>
internal sealed class LoopbackGuard(IReadOnlyCollection<string> origins, IReadOnlyCollection<string> hosts)
{
    private const string Site = "Sec-Fetch-Site";

    // As Ollama has them: schemes that no page of the web can have. A browser's extensions are not among them; what
    // somebody else wrote and a browser runs is for the user to name.
    private static readonly string[] AppSchemes = ["app", "file", "tauri", "vscode-file", "vscode-webview"];

    // This machine to a browser. The second is where the windows of Tauri are on Windows; elsewhere nobody needs it,
    // and not every browser keeps such a name on this machine.
    private static readonly string[] PagesHere =
        OperatingSystem.IsWindows() ? ["0.0.0.0", "tauri.localhost"] : ["0.0.0.0"];

    private static Failure WrongHost { get; } = new(
        StatusCodes.Status403Forbidden,
        "The proxy serves this machine: ask it as localhost or 127.0.0.1. "
        + "quicpair proxy --host host.docker.internal lets programs in containers ask.",
        "refused");

    private static Failure WrongPage { get; } = new(
        StatusCodes.Status403Forbidden,
        "Pages of other origins may not ask; quicpair proxy --origin lets one in.",
        "refused");

    /// <summary>True when the request may go on; else it is answered, or to be answered with the refusal.</summary>
    public bool Admits(HttpContext http, out Failure? refusal)
    {
        var headers = http.Request.Headers;
        var origin = headers.Origin;
        refusal = !IsNamed(http.Request.Host.Host, headers[Site]) ? WrongHost
            : origin.Count == 0 && IsFromAnotherSite(headers[Site]) ? WrongPage
            : origin.Count > 1 || (origin.Count == 1 && !IsAdmitted(origin[0]!)) ? WrongPage
            : null;
        if (refusal is not null || origin.Count == 0)
        {
            return refusal is null;
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

    // This machine to a program that was given a name below localhost, and by the names that the user vouches for. A
    // browser may find either elsewhere, and then its page would be of the same origin as what it asks: what a browser
    // marks as a page's is not asked by these names, and every POST of a page has its Origin. Under a name that is not
    // below localhost no browser marks a GET without https, so such a name is for the user to give.
    private bool IsNamed(string host, StringValues site) =>
        IsHere(host) || (site.Count == 0 && (
            hosts.Contains(host, StringComparer.OrdinalIgnoreCase)
            || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)));

    private static bool IsHere(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static bool IsFromAnotherSite(StringValues site) => site.ToString() is "cross-site" or "same-site";
}
