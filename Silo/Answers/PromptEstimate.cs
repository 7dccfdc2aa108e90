using System.Text;
using QuicPair.Silo.Runners;

namespace QuicPair.Silo.Answers;

/// <summary>
/// How many tokens a prompt has, roughly: what a device's day has to hold before the runner has counted.
/// </summary>
internal static class PromptEstimate
{
    // Ours: a token is about four letters of English, or one or two Chinese characters of three bytes.
    private const int BytesPerToken = 4;

    // Ours: models take 256 to some thousand.
    private const int ImageTokens = 256;

    /// <summary>The tokens of a conversation with its pictures and tools.</summary>
    public static long Of(RunnerChat chat) =>
        chat.Messages.Sum(message =>
            Of(message.Content)
            + message.ToolCalls.Sum(call => Of(call.Name) + Of(call.Arguments))
            + (message.Images.Count * (long)ImageTokens))
        + chat.Tools.Sum(tool => Of(tool.GetRawText()));

    /// <summary>The tokens of some texts.</summary>
    public static long Of(IReadOnlyList<string> texts) => texts.Sum(text => Of(text));

    private static long Of(string text) => (Encoding.UTF8.GetByteCount(text) + BytesPerToken - 1) / BytesPerToken;
}
