using System.Globalization;
using QuicPair.Protocol;
using QuicPair.Protocol.Messages;

namespace QuicPair.Client;

/// <summary>The Mac did not do what was asked; the message is one sentence for people.</summary>
public sealed class AnswerException : Exception
{
    private const string OutOfTokens = "Today's tokens of this device do not hold that.";

    private static readonly long LastTime = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    /// <summary>An error with the Mac's sentence, or that of its code when it sent none.</summary>
    public AnswerException(ErrorCode code, string? sentence = null)
        : base(sentence is { Length: > 0 } ? sentence : code.Sentence) => Code = code;

    /// <summary>An error as the Mac sent it.</summary>
    public AnswerException(ErrorMessage error)
        : base(Sentence(error)) => (Code, Until) = (error.Code, Renewal(error));

    /// <summary>Which error (QP/1 section 7).</summary>
    public ErrorCode Code { get; }

    /// <summary>
    /// When this device has new tokens, where those of the day are used up or too few; null when something else is
    /// wrong.
    /// </summary>
    public DateTimeOffset? Until { get; }

    private static string Sentence(ErrorMessage error)
    {
        ArgumentNullException.ThrowIfNull(error);
        var said = error.Text is { Length: > 0 } text ? text : null;
        if (Renewal(error) is not { } until) return said ?? error.Code.Sentence;
        var time = until.ToLocalTime().ToString("HH:mm", CultureInfo.InvariantCulture);
        return $"{(said ?? OutOfTokens).TrimEnd('.')}; there are new ones from {time}.";
    }

    private static DateTimeOffset? Renewal(ErrorMessage error) =>
        error is { Code: ErrorCode.NotAllowed, Until: { } until } && until <= LastTime
            ? DateTimeOffset.FromUnixTimeSeconds(until)
            : null;
}
