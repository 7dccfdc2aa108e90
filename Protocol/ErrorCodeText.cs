namespace QuicPair.Protocol;

/// <summary>An error code's name on the wire and its one sentence for people.</summary>
public static class ErrorCodeText
{
    extension(ErrorCode code)
    {
        /// <summary>The name on the wire, such as <c>model_not_found</c>.</summary>
        public string WireName => code switch
        {
            ErrorCode.Busy => "busy",
            ErrorCode.Cancelled => "cancelled",
            ErrorCode.ModelNotFound => "model_not_found",
            ErrorCode.RunnerUnreachable => "runner_unreachable",
            ErrorCode.RunnerFailed => "runner_failed",
            ErrorCode.TooLarge => "too_large",
            ErrorCode.BadRequest => "bad_request",
            ErrorCode.Exists => "exists",
            ErrorCode.NotFound => "not_found",
            ErrorCode.UnknownOp => "unknown_op",
            ErrorCode.NotAllowed => "not_allowed",
            ErrorCode.Revoked => "revoked",
            ErrorCode.Version => "version",
            ErrorCode.Rate => "rate",
            _ => throw new ArgumentOutOfRangeException(nameof(code)),
        };

        /// <summary>One sentence for people.</summary>
        public string Sentence => code switch
        {
            ErrorCode.Busy =>
                "The Mac is already working on as many answers as it may; try again when one has ended.",
            ErrorCode.Cancelled => "The answer was cancelled.",
            ErrorCode.ModelNotFound => "This Mac has no model of that name.",
            ErrorCode.RunnerUnreachable => "The Mac cannot reach its model runner; start Ollama on it.",
            ErrorCode.RunnerFailed => "The model runner failed before the answer was complete.",
            ErrorCode.TooLarge => "The message is larger than the Mac accepts.",
            ErrorCode.BadRequest => "The Mac did not understand the request.",
            ErrorCode.Exists => "A chat with that id exists already.",
            ErrorCode.NotFound => "The Mac does not keep an answer with that id.",
            ErrorCode.UnknownOp => "The Mac does not know that kind of request.",
            ErrorCode.NotAllowed => "The owner of the Mac does not allow that.",
            ErrorCode.Revoked => "The owner removed this device; pair it again with a new link.",
            ErrorCode.Version => "The Mac speaks another version of QuicPair; update both.",
            ErrorCode.Rate => "Too many requests; wait a moment.",
            _ => throw new ArgumentOutOfRangeException(nameof(code)),
        };
    }

    /// <summary>Reads the name on the wire.</summary>
    public static bool TryParse(string name, out ErrorCode code)
    {
        foreach (var candidate in Enum.GetValues<ErrorCode>())
        {
            if (candidate.WireName == name)
            {
                code = candidate;
                return true;
            }
        }

        code = default;
        return false;
    }
}
