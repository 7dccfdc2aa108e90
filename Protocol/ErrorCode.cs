namespace QuicPair.Protocol;

/// <summary>The closed list of error codes (QP/1 section 7).</summary>
public enum ErrorCode
{
    /// <summary><c>busy</c></summary>
    Busy,

    /// <summary><c>cancelled</c></summary>
    Cancelled,

    /// <summary><c>model_not_found</c></summary>
    ModelNotFound,

    /// <summary><c>runner_unreachable</c></summary>
    RunnerUnreachable,

    /// <summary><c>runner_failed</c></summary>
    RunnerFailed,

    /// <summary><c>too_large</c></summary>
    TooLarge,

    /// <summary><c>bad_request</c></summary>
    BadRequest,

    /// <summary><c>exists</c></summary>
    Exists,

    /// <summary><c>not_found</c></summary>
    NotFound,

    /// <summary><c>unknown_op</c></summary>
    UnknownOp,

    /// <summary><c>not_allowed</c></summary>
    NotAllowed,

    /// <summary><c>revoked</c></summary>
    Revoked,

    /// <summary><c>version</c></summary>
    Version,

    /// <summary><c>rate</c></summary>
    Rate,
}
