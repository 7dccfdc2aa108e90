using System.Globalization;

namespace QuicPair.Cli;

/// <summary>A size as every command prints it.</summary>
internal static class ByteSize
{
    private const double Step = 1000;

    // From here one decimal would round up to 1000.0, which the next unit says as 1.0.
    private const double Full = 999.95;

    private static readonly string[] Units = ["kB", "MB", "GB", "TB"];

    /// <summary>The size as programs read it; null where it is not known.</summary>
    /// <param name="bytes">The size; 0 is what a runner says that does not know.</param>
    public static long? Known(long bytes) => bytes > 0 ? bytes : null;

    /// <summary>One decimal and the unit that leaves the number below 1000; null where it is not known.</summary>
    /// <param name="bytes">The size; 0 is what a runner says that does not know.</param>
    public static string? Text(long bytes)
    {
        if (bytes <= 0) return null;
        if (bytes < Step) return string.Create(CultureInfo.InvariantCulture, $"{bytes} B");
        var value = bytes / Step;
        var unit = 0;
        for (; value >= Full && unit < Units.Length - 1; unit++) value /= Step;
        return string.Create(CultureInfo.InvariantCulture, $"{value:0.0} {Units[unit]}");
    }
}
