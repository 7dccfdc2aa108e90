namespace QuicPair.Silo.Household;

/// <summary>A Mac cannot join; the message is one sentence for its owner.</summary>
internal sealed class JoinException(string code, string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>What it is for programs: <c>unreachable</c>, <c>refused</c>, <c>bad_request</c>.</summary>
    public string Code => code;
}
