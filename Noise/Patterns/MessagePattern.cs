namespace QuicPair.Noise.Patterns;

/// <summary>One line of a handshake pattern: who sends, and which tokens.</summary>
/// <param name="FromInitiator">Whether the line begins with the arrow to the right.</param>
/// <param name="Tokens">The tokens, in order.</param>
internal sealed record MessagePattern(bool FromInitiator, IReadOnlyList<Token> Tokens)
{
    /// <summary>Reads a line such as <c>-> e, es, s, ss</c>.</summary>
    public static MessagePattern Parse(string line)
    {
        var tokens = line[2..].Split(
            ',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return new MessagePattern(
            line.StartsWith("->", StringComparison.Ordinal),
            [.. tokens.Select(token => Enum.Parse<Token>(token, ignoreCase: true))]);
    }
}
