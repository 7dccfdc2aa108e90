using System.Diagnostics.CodeAnalysis;
using QuicPair.Protocol.Messages;

namespace QuicPair.Silo.Answers;

/// <summary>
/// One connection's place in an answer's log. The log is the buffer: take only what can be sent.
/// </summary>
internal sealed class AnswerSubscription(Answer answer, long after, Action signal)
{
    /// <summary>The number of the last entry taken; owned by <see cref="Answer"/>.</summary>
    internal int Sent = (int)Math.Min(after, int.MaxValue);

    /// <summary>The last notice taken; owned by <see cref="Answer"/>.</summary>
    internal int Noticed;

    public Answer Answer => answer;

    /// <summary>Whether nothing more comes: the end was taken, or another connection took over.</summary>
    public bool IsOver => answer.IsOver(this);

    public bool TryTake([NotNullWhen(true)] out Message? message) =>
        (message = answer.Take(this)) is not null;

    /// <summary>Stops reading; the answer goes on.</summary>
    public void Leave() => answer.Leave(this);

    internal void Signal() => signal();
}
