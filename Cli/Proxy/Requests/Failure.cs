using QuicPair.Client;
using QuicPair.Protocol;

namespace QuicPair.Cli.Proxy.Requests;

/// <summary>What went wrong, in HTTP's words.</summary>
/// <param name="Status">The status.</param>
/// <param name="Sentence">One sentence.</param>
/// <param name="Code">The code of the OpenAI API.</param>
/// <param name="Field">The field that is wrong, if it is one.</param>
internal sealed record Failure(int Status, string Sentence, string Code, string? Field = null)
{
    /// <summary>OpenAI's code, and type, of a quota that is used up.</summary>
    public const string Quota = "insufficient_quota";

    // Ours, in seconds.
    private const long Soon = 2;

    /// <summary>When the device has new tokens; null when it is not for want of them.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>After how many seconds asking again makes sense; null is not known.</summary>
    public long? RetryAfter => Until is { } until
        ? Math.Max(1, (long)Math.Ceiling((until - DateTimeOffset.UtcNow).TotalSeconds))
        : IsPassing || IsReplaced ? Soon : null;

    /// <summary>Whether another program of this device has the Mac.</summary>
    public bool IsReplaced { get; init; }

    /// <summary>Whether it is for want of a place.</summary>
    private bool IsPassing => Code == ErrorCode.Busy.WireName || Code == ErrorCode.Rate.WireName;

    /// <summary>The failure that an exception stands for; null when it is none of ours.</summary>
    public static Failure? Of(Exception problem) => problem switch
    {
        ProxyException own => new Failure(own.Status, own.Message, own.Code, own.Field),
        AnswerException { Until: { } until } spent => new Failure(429, spent.Message, Quota) { Until = until },
        AnswerException answer => Of(answer.Code, answer.Message),
        ConnectException connect => Of(connect),
        _ => null,
    };

    /// <summary>The failure that an error of the Mac stands for.</summary>
    public static Failure Of(ErrorCode code, string? sentence)
    {
        var status = code switch
        {
            ErrorCode.BadRequest => 400,
            ErrorCode.NotAllowed or ErrorCode.Revoked => 403,
            ErrorCode.ModelNotFound => 404,
            ErrorCode.TooLarge => 413,
            ErrorCode.Rate => 429,
            ErrorCode.Cancelled => 499,
            ErrorCode.UnknownOp => 501,
            ErrorCode.RunnerUnreachable => 502,
            ErrorCode.Busy => 503,
            _ => 500,
        };
        return new Failure(status, sentence is { Length: > 0 } ? sentence : code.Sentence, code.WireName);
    }

    private static Failure Of(ConnectException problem) => problem.Reason switch
    {
        ConnectFailure.Refused or ConnectFailure.Revoked => new Failure(403, problem.Message, "refused"),
        _ => new Failure(503, problem.Message, "mac_unreachable")
        {
            IsReplaced = problem.Reason == ConnectFailure.Elsewhere,
        },
    };
}
