using System.Collections.Frozen;
using System.Net;
using Microsoft.Extensions.Options;
using QuicPair.SignalingApi.Problems;

namespace QuicPair.SignalingApi.Hardening;

/// <summary>
/// Answers only to names that are this front door's, so that another site cannot make its own name point here
/// and read the answers. An address is right when the connection came to it: no site can rebind a literal
/// address.
/// </summary>
internal sealed class HostGuard(RequestDelegate next, IOptions<FrontDoorOptions> options)
{
    private readonly FrozenSet<string> _names =
        Names(options.Value).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    public Task InvokeAsync(HttpContext http)
    {
        var request = http.Request;
        if (!IsOurs(request.Host, http.Connection.LocalIpAddress))
        {
            return Problem.Host.ExecuteAsync(http);
        }

        var origins = request.Headers.Origin;
        var site = request.Headers["Sec-Fetch-Site"];
        var crossSite = HttpMethods.IsPost(request.Method) && site == "cross-site";
        return crossSite || origins.Any(origin => !IsSameOrigin(origin, request.Host))
            ? Problem.Origin.ExecuteAsync(http)
            : next(http);
    }

    private bool IsOurs(HostString host, IPAddress? local)
    {
        if (!host.HasValue)
        {
            return false;
        }

        if (!IPAddress.TryParse(host.Host, out var address))
        {
            return _names.Contains(host.Host);
        }

        return address.Equals(local?.IsIPv4MappedToIPv6 == true ? local.MapToIPv4() : local)
            || _names.Contains(host.Host);
    }

    // The scheme is left out: behind a proxy that ends TLS it differs.
    private static bool IsSameOrigin(string? origin, HostString host) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var url)
        && string.Equals(url.Authority, WithoutDefaultPort(host, url), StringComparison.OrdinalIgnoreCase);

    private static string WithoutDefaultPort(HostString host, Uri url) =>
        url.IsDefaultPort && host.Port == url.Port ? host.Host : host.Value!;

    private static IEnumerable<string> Names(FrontDoorOptions options)
    {
        var machine = Dns.GetHostName();
        yield return "localhost";
        yield return machine;

        // The machine's name may bring a domain along: annas-mac.fritz.box is annas-mac.local to its neighbours.
        yield return machine.Split('.')[0] + ".local";
        if (Uri.TryCreate(options.PublicUrl, UriKind.Absolute, out var url))
        {
            yield return url.Host;
        }

        foreach (var host in options.Hosts)
        {
            yield return host;
        }
    }
}
