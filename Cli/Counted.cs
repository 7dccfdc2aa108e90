namespace QuicPair.Cli;

/// <summary>How many there are, as it is read.</summary>
internal static class Counted
{
    /// <summary>The number and the noun, whose plural is formed with an s.</summary>
    public static string Of(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";
}
