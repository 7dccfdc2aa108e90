using QuicPair.Protocol;

namespace QuicPair.Client;

/// <summary>The Mac did not do what was asked; the message is one sentence for people.</summary>
public sealed class AnswerException : Exception
{
    /// <summary>An error with the Mac's sentence, or that of its code when it sent none.</summary>
    public AnswerException(ErrorCode code, string? sentence = null)
        : base(sentence is { Length: > 0 } ? sentence : code.Sentence) => Code = code;

    /// <summary>Which error (QP/1 section 7).</summary>
    public ErrorCode Code { get; }
}
