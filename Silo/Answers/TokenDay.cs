namespace QuicPair.Silo.Answers;

/// <summary>The day (UTC) of a device's tokens, and what is said when it holds no more.</summary>
internal static class TokenDay
{
    /// <summary>Nothing is left.</summary>
    public const string UsedUp = "Today's tokens of this device are used up.";

    /// <summary>Something is left, and less than what is asked takes.</summary>
    public const string TooMuch = "That is more than this device has left of its tokens today.";

    private const long Seconds = 86_400;

    /// <summary>The day of a time, counted from 1970-01-01.</summary>
    public static long Of(DateTimeOffset time) => time.ToUnixTimeSeconds() / Seconds;

    /// <summary>When the next one begins, Unix seconds.</summary>
    public static long End(DateTimeOffset time) => (Of(time) + 1) * Seconds;
}
