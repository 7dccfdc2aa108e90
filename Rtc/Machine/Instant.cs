namespace QuicPair.Rtc.Machine;

/// <summary>
/// A point on the monotonic clock of the program that drives the state machines, counted from its start.
/// </summary>
/// <param name="SinceStart">Time since the driver's start; never goes backwards.</param>
public readonly record struct Instant(TimeSpan SinceStart) : IComparable<Instant>
{
    /// <summary>The driver's start.</summary>
    public static Instant Start => default;

    /// <inheritdoc/>
    public int CompareTo(Instant other) => SinceStart.CompareTo(other.SinceStart);

    /// <summary>The instant <paramref name="duration"/> later.</summary>
    public static Instant operator +(Instant instant, TimeSpan duration) =>
        new(instant.SinceStart + duration);

    /// <summary>The instant <paramref name="duration"/> earlier.</summary>
    public static Instant operator -(Instant instant, TimeSpan duration) =>
        new(instant.SinceStart - duration);

    /// <summary>The time that passed from <paramref name="earlier"/> to <paramref name="later"/>.</summary>
    public static TimeSpan operator -(Instant later, Instant earlier) =>
        later.SinceStart - earlier.SinceStart;

    /// <summary>Whether <paramref name="left"/> is before <paramref name="right"/>.</summary>
    public static bool operator <(Instant left, Instant right) => left.SinceStart < right.SinceStart;

    /// <summary>Whether <paramref name="left"/> is after <paramref name="right"/>.</summary>
    public static bool operator >(Instant left, Instant right) => left.SinceStart > right.SinceStart;

    /// <summary>Whether <paramref name="left"/> is not after <paramref name="right"/>.</summary>
    public static bool operator <=(Instant left, Instant right) => left.SinceStart <= right.SinceStart;

    /// <summary>Whether <paramref name="left"/> is not before <paramref name="right"/>.</summary>
    public static bool operator >=(Instant left, Instant right) => left.SinceStart >= right.SinceStart;

    /// <summary>The earliest of the deadlines that are set, or null when none is.</summary>
    public static Instant? Earliest(params ReadOnlySpan<Instant?> deadlines)
    {
        Instant? earliest = null;
        foreach (var deadline in deadlines)
        {
            if (deadline is { } candidate && (earliest is not { } best || candidate < best))
            {
                earliest = candidate;
            }
        }

        return earliest;
    }
}
