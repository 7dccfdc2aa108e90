using QuicPair.Silo.Runners;

namespace QuicPair.Silo.Answers;

/// <summary>A chat in the queue, compared by reference.</summary>
internal sealed class ChatTicket(Answer answer, RunnerChat chat)
{
    public Answer Answer { get; } = answer;

    public RunnerChat Chat { get; } = chat;
}
