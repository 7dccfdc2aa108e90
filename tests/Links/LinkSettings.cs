using System.Globalization;

namespace QuicPair.Links;

/// <summary>What a link does to packets, the same both ways; <c>rtt=50 loss=2</c> on the command line.</summary>
internal sealed record LinkSettings
{
    /// <summary><c>rtt</c>: the round trip of an empty link, in ms.</summary>
    public TimeSpan RoundTrip { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary><c>loss</c>: the share of packets that vanish, in percent.</summary>
    public double Loss { get; init; }

    /// <summary><c>burst</c>: how many packets in a row a loss takes on average; 1 for losses by themselves.</summary>
    public double Burst { get; init; } = 1;

    /// <summary><c>jitter</c>: up to so many ms more one way, evenly spread; packets overtake each other.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary><c>rate</c>: of the bottleneck, in Mbit/s; 0 for none.</summary>
    public double Rate { get; init; }

    /// <summary><c>queue</c>: what the bottleneck holds before it drops, in ms of its rate.</summary>
    public double Queue { get; init; } = 50;

    /// <summary><c>secs</c>: how long flows are measured that share it.</summary>
    public int Seconds { get; init; } = 20;

    public double BytesPerMillisecond => Rate * 125;

    /// <exception cref="FormatException">A word is none of these.</exception>
    public static LinkSettings Parse(IEnumerable<string> words)
    {
        var settings = new LinkSettings();
        foreach (var word in words)
        {
            var parts = word.Split('=');
            if (parts.Length != 2
                || !double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
            {
                throw new FormatException($"{word} is not a setting of a link.");
            }

            settings = settings.With(parts[0], value);
        }

        return settings;
    }

    private LinkSettings With(string name, double value) => name switch
    {
        "rtt" => this with { RoundTrip = TimeSpan.FromMilliseconds(value) },
        "loss" => this with { Loss = value / 100 },
        "burst" => this with { Burst = value },
        "jitter" => this with { Jitter = TimeSpan.FromMilliseconds(value) },
        "rate" => this with { Rate = value },
        "queue" => this with { Queue = value },
        "secs" => this with { Seconds = (int)value },
        _ => throw new FormatException($"A link has no {name}."),
    };
}
