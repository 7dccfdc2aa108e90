namespace QuicPair.EndToEnd.Runners;

/// <summary>An answer of a model server as it says it to whoever asks it directly.</summary>
/// <param name="Text">The words.</param>
/// <param name="Reason">Why it ended: <c>stop</c> or <c>length</c>.</param>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="Tokens">Tokens of the words.</param>
internal sealed record DirectAnswer(string Text, string Reason, long PromptTokens, long Tokens);
