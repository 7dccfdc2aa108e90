using QuicPair.Protocol.Messages;

namespace QuicPair.Silo.Answers;

/// <summary>One numbered entry of an answer's log; its number is its place in the log.</summary>
internal abstract record AnswerEntry
{
    private AnswerEntry()
    {
    }

    /// <summary>A piece of text.</summary>
    public sealed record Text(bool Thinking, string Content) : AnswerEntry;

    /// <summary>A tool that the model asks for.</summary>
    public sealed record ToolCall(string Name, string Arguments) : AnswerEntry;

    /// <summary>The last entry: done or error, without number and id.</summary>
    public sealed record End(Message Message) : AnswerEntry;
}
