using System.Text;
using QuicPair.Protocol.Messages;

namespace QuicPair.Cli.Proxy.Requests;

/// <summary>An answer that is given in one piece.</summary>
/// <param name="Text">What the model said.</param>
/// <param name="Thinking">What it thought.</param>
/// <param name="Calls">The tools that it called.</param>
/// <param name="End">How it ended, and what it cost.</param>
internal sealed record WholeAnswer(
    string Text, string Thinking, IReadOnlyList<ToolCallMessage> Calls, DoneMessage End)
{
    /// <exception cref="Client.AnswerException">The Mac ended the answer with an error.</exception>
    /// <exception cref="Client.ConnectException">The answer has no end.</exception>
    public static async Task<WholeAnswer> Read(AnswerStart answer)
    {
        var (text, thinking, calls) = (new StringBuilder(), new StringBuilder(), new List<ToolCallMessage>());
        await foreach (var message in answer.Entries())
        {
            switch (message)
            {
                case DeltaMessage delta:
                    text.Append(delta.Content);
                    break;
                case ThinkingMessage thought:
                    thinking.Append(thought.Content);
                    break;
                case ToolCallMessage call:
                    calls.Add(call);
                    break;
                case DoneMessage end:
                    return new WholeAnswer(text.ToString(), thinking.ToString(), calls, end);
                default:
                    break;
            }
        }

        throw new Client.ConnectException(Client.ConnectFailure.Interrupted);
    }
}
