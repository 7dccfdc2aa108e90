using QuicPair.Client;
using QuicPair.Protocol.Messages;

namespace QuicPair.Cluster.Tests.Processes;

/// <summary>What a Mac says to a phone.</summary>
internal static class Answers
{
    /// <summary>The last message of an answer.</summary>
    public static async Task<Message?> Last(PairedMac mac)
    {
        Message? last = null;
        await foreach (var message in mac.Chat(new ChatMessage { Prompt = "Hello" }))
        {
            last = message;
        }

        return last;
    }
}
