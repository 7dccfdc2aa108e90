namespace QuicPair.Cli.Doctor;

/// <summary>One line of the examination.</summary>
/// <param name="Check">Which check.</param>
/// <param name="Verdict">What it came to.</param>
/// <param name="Text">What was seen, one sentence for people.</param>
/// <param name="Mend">What to do about it; null when there is nothing to do.</param>
internal sealed record Finding(string Check, Verdict Verdict, string Text, string? Mend = null)
{
    /// <summary>The round trip time in milliseconds; null when none was measured.</summary>
    public double? RoundTripMs { get; init; }
}
