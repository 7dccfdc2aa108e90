namespace QuicPair.Silo.Answers;

/// <summary>What became of a request for an answer.</summary>
internal abstract record AnswerStart
{
    private AnswerStart()
    {
    }

    /// <summary>It runs or waits.</summary>
    public sealed record Accepted(Answer Answer) : AnswerStart;

    /// <summary>It was not taken.</summary>
    public sealed record Refused(ErrorCode Code) : AnswerStart;
}
