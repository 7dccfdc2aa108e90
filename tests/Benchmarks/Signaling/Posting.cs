namespace QuicPair.Benchmarks.Signaling;

/// <summary>What came of an offer that was posted.</summary>
/// <param name="Outcome"><see cref="Answered"/>, or the status and the code of the refusal.</param>
/// <param name="PostedAt">When it was posted, in ticks of the stopwatch.</param>
/// <param name="DoneAt">When the reply was read, in ticks of the stopwatch.</param>
internal readonly record struct Posting(string Outcome, long PostedAt, long DoneAt)
{
    public const string Answered = "answered";

    /// <summary>What a Mac that is here says to a device that it does not know.</summary>
    public const string Refused = "403 refused";

    public bool IsAnswered => Outcome == Answered;
}
