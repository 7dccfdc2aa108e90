using System.Text;
using QuicPair.Protocol.Messages;

namespace QuicPair.Silo.Answers;

/// <summary>Makes messages of a log's entries; neighbouring text of one kind becomes one message.</summary>
internal static class AnswerMerge
{
    /// <summary>
    /// The next message after <paramref name="sent"/>, which becomes the number of the last entry in it. Null
    /// when the entry is not for a chat without id, which gets delta, done and error only, without numbers.
    /// </summary>
    public static Message? Next(List<AnswerEntry> log, string? id, ref int sent)
    {
        var entry = log[sent++];
        switch (entry)
        {
            case AnswerEntry.Text text:
                var content = Merge(log, text, ref sent);
                if (!text.Thinking)
                    return new DeltaMessage { Id = id, Seq = Seq(id, sent), Content = content };
                return id is null ? null : new ThinkingMessage { Id = id, Seq = sent, Content = content };
            case AnswerEntry.ToolCall call:
                return id is null
                    ? null
                    : new ToolCallMessage
                    {
                        Id = id,
                        Seq = sent,
                        Name = call.Name,
                        Arguments = call.Arguments
                    };
            case AnswerEntry.End { Message: DoneMessage done }:
                return id is null ? new DoneMessage() : done with { Id = id, Seq = sent };
            case AnswerEntry.End { Message: ErrorMessage error }:
                return error with { Id = id, Seq = Seq(id, sent) };
            default:
                throw new InvalidOperationException("An answer ends with done or error.");
        }
    }

    private static string Merge(List<AnswerEntry> log, AnswerEntry.Text first, ref int sent)
    {
        if (!Continues(log, first, sent)) return first.Content;
        var merged = new StringBuilder(first.Content);
        while (merged.Length < AnswerLimits.MergedCharacters && Continues(log, first, sent))
        {
            merged.Append(((AnswerEntry.Text)log[sent++]).Content);
        }

        return merged.ToString();
    }

    private static bool Continues(List<AnswerEntry> log, AnswerEntry.Text first, int next) =>
        next < log.Count && log[next] is AnswerEntry.Text text && text.Thinking == first.Thinking;

    private static long? Seq(string? id, int number) => id is null ? null : number;
}
