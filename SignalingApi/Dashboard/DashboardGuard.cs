using QuicPair.SignalingApi.Problems;

namespace QuicPair.SignalingApi.Dashboard;

/// <summary>
/// Stands before everything below <c>/dashboard</c>, whether it exists or not. The token comes once, in the
/// link that the terminal shows, and is replaced by a cookie; programs send it as a bearer token.
/// </summary>
internal sealed class DashboardGuard(RequestDelegate next, OperatorToken token)
{
    public const string Path = "/dashboard";
    private const string CookieName = "quicpair-operator";
    private const string Bearer = "Bearer ";
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        + "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        + "frame-ancestors 'none'";

    public Task InvokeAsync(HttpContext http)
    {
        if (!http.Request.Path.StartsWithSegments(Path))
        {
            return next(http);
        }

        http.Response.Headers.CacheControl = "no-store";
        if (token.Accepts(http.Request.Query["token"]))
        {
            http.Response.Cookies.Append(CookieName, token.Cookie, new CookieOptions
            {
                HttpOnly = true,
                SameSite = SameSiteMode.Strict,
                Secure = http.Request.IsHttps,
                Path = Path,
            });
            http.Response.Redirect(Path + "/");
            return Task.CompletedTask;
        }

        if (!IsOperator(http.Request))
        {
            return Problem.Unauthorized.ExecuteAsync(http);
        }

        http.Response.Headers.ContentSecurityPolicy = Policy;
        return next(http);
    }

    private bool IsOperator(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        return token.AcceptsCookie(request.Cookies[CookieName])
            || (IsBearer(header) && token.Accepts(header[Bearer.Length..]));
    }

    private static bool IsBearer(string header) => header.StartsWith(Bearer, StringComparison.Ordinal);
}
