using QuicPair.Protocol.Chat;

namespace QuicPair.Protocol.Messages;

/// <summary>Mac: the answer is complete; nothing follows for this chat.</summary>
public sealed record DoneMessage : Message
{
    /// <inheritdoc/>
    public override string Op => "done";

    /// <summary>The entry's number in the chat's log, counted from 1; absent without <c>id</c>.</summary>
    public long? Seq { get; init; }

    /// <summary>Why it ended; absent without <c>id</c>.</summary>
    public DoneReason? Reason { get; init; }

    /// <summary>Where the time went; absent without <c>id</c>.</summary>
    public AnswerStatistics? Statistics { get; init; }
}
