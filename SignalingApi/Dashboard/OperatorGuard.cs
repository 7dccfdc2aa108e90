using QuicPair.SignalingApi.Problems;

namespace QuicPair.SignalingApi.Dashboard;

/// <summary>
/// Stands before everything below <c>/dashboard</c>, <c>/fleet</c> and <c>/api</c>, whether it exists or not. The
/// token comes once, in the link that the terminal shows, and is replaced by a cookie; programs send it as a bearer
/// token.
/// </summary>
internal sealed class OperatorGuard(RequestDelegate next, OperatorToken token)
{
    public const string Dashboard = "/dashboard";
    public const string Fleet = "/fleet";
    public const string Api = "/api";
    private const string CookieName = "quicpair-operator";
    private const string Bearer = "Bearer ";
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        + "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        + "frame-ancestors 'none'";

    private static readonly string[] Guarded = [Dashboard, Fleet, Api];

    public Task InvokeAsync(HttpContext http)
    {
        var path = http.Request.Path;
        if (!Array.Exists(Guarded, guarded => path.StartsWithSegments(guarded)))
        {
            return next(http);
        }

        http.Response.Headers.CacheControl = "no-store";
        if (token.Accepts(http.Request.Query["token"]))
        {
            Remember(http);
            http.Response.Redirect(path.StartsWithSegments(Fleet) ? Fleet : Dashboard + "/");
            return Task.CompletedTask;
        }

        if (!IsOperator(http.Request))
        {
            return Problem.Unauthorized.ExecuteAsync(http);
        }

        if (path.StartsWithSegments(Dashboard))
        {
            http.Response.Headers.ContentSecurityPolicy = Policy;
        }

        return next(http);
    }

    // One cookie for each part, so that no other part of the site is sent it.
    private void Remember(HttpContext http)
    {
        foreach (var path in Guarded)
        {
            http.Response.Cookies.Append(CookieName, token.Cookie, new CookieOptions
            {
                HttpOnly = true,
                SameSite = SameSiteMode.Strict,
                Secure = http.Request.IsHttps,
                Path = path,
            });
        }
    }

    private bool IsOperator(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        return token.AcceptsCookie(request.Cookies[CookieName])
            || (IsBearer(header) && token.Accepts(header[Bearer.Length..]));
    }

    private static bool IsBearer(string header) => header.StartsWith(Bearer, StringComparison.Ordinal);
}
