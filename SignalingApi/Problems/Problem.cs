using System.Globalization;

namespace QuicPair.SignalingApi.Problems;

/// <summary>
/// A failure as the front door says it: a status, a code for programs, a sentence for people.
/// </summary>
internal sealed class Problem : IResult
{
    private readonly TimeSpan? _retryAfter;

    private Problem(int status, string code, string title, TimeSpan? retryAfter = null)
    {
        Status = status;
        Code = code;
        Title = title;
        _retryAfter = retryAfter;
    }

    public static Problem BadRequest { get; } = new(400, "bad_request", "The request cannot be read.");

    public static Problem Version { get; } =
        new(400, "version", "This app and this Mac speak no common version.");

    public static Problem MacRequired { get; } =
        new(400, "mac_required", "Say which Mac: there is more than one.");

    public static Problem Unauthorized { get; } = new(401, "unauthorized", "The operator's token is needed.");

    public static Problem Refused { get; } = new(403, "refused", "The Mac refused. Scan a new code.");

    public static Problem Origin { get; } = new(403, "origin", "Requests from other sites are not allowed.");

    public static Problem NotFound { get; } = new(404, "not_found", "There is nothing here.");

    public static Problem MacUnknown { get; } =
        new(404, "mac_unknown", "This front door does not know that Mac.");

    public static Problem Method { get; } = new(405, "method", "This address does not take that method.");

    public static Problem TimedOut { get; } = new(408, "timeout", "The request took too long to arrive.");

    public static Problem TooLarge { get; } = new(413, "too_large", "The request is too large.");

    public static Problem MediaType { get; } =
        new(415, "media_type", "The request has to be application/json.");

    public static Problem Host { get; } =
        new(421, "host", "This front door does not answer to that host name.");

    public static Problem Rate { get; } = new(429, "rate", "Too many requests. Wait a moment.", OneSecond);

    public static Problem Internal { get; } = new(500, "internal", "The front door failed.");

    public static Problem Busy { get; } =
        new(503, "busy", "Too many phones are connecting; try again in a second.", OneSecond);

    public static Problem NotReady { get; } = new(503, "not_ready", "The front door is starting.", OneSecond);

    public static Problem MacOffline { get; } =
        new(503, "mac_offline", "That Mac is away: asleep, off or without network.", TimeSpan.FromSeconds(5));

    public static Problem NotWritten { get; } = new(507, "storage", "The Mac could not write it.");

    public int Status { get; }

    public string Code { get; }

    public string Title { get; }

    private static TimeSpan OneSecond => TimeSpan.FromSeconds(1);

    /// <summary>The problem of a status that the framework set without a body.</summary>
    public static Problem Of(int status) => status switch
    {
        400 => BadRequest,
        401 => Unauthorized,
        404 => NotFound,
        405 => Method,
        408 => TimedOut,
        413 => TooLarge,
        415 => MediaType,
        429 => Rate,
        >= 500 => Internal,
        _ => new Problem(status, "bad_request", "The request cannot be served."),
    };

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Status;
        response.Headers.CacheControl = "no-store";
        if (_retryAfter is { } wait && response.Headers.RetryAfter.Count == 0)
        {
            response.Headers.RetryAfter = ((int)wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        var now = this == Refused ? Clock(httpContext).GetUtcNow().ToUnixTimeSeconds() : (long?)null;
        var body = new ProblemBody(Title, Status, Code, now);
        return response.WriteAsJsonAsync(
            body,
            SignalingJson.Wire.ProblemBody,
            "application/problem+json",
            httpContext.RequestAborted);
    }

    private static TimeProvider Clock(HttpContext http) =>
        http.RequestServices.GetRequiredService<TimeProvider>();
}
