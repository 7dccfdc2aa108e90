namespace QuicPair.Protocol.Messages.Devices;

/// <summary>One device of a Mac and what it may do.</summary>
public sealed record DeviceDescription
{
    /// <summary>Its id.</summary>
    public required string Device { get; init; }

    /// <summary>Its name, only ever shown as text.</summary>
    public required string Name { get; init; }

    /// <summary>Its role.</summary>
    public required DeviceRole Role { get; init; }

    /// <summary>The models that it may use; <c>*</c> is all.</summary>
    public required IReadOnlyList<string> Models { get; init; }

    /// <summary>Whether it may fetch models.</summary>
    public required bool Pull { get; init; }

    /// <summary>Whether it may take models out of memory.</summary>
    public required bool Unload { get; init; }

    /// <summary>Tokens of prompts and answers in a day (UTC); 0 is no limit.</summary>
    public required long TokensPerDay { get; init; }

    /// <summary>Tokens of today.</summary>
    public required long TokensToday { get; init; }

    /// <summary>When its access ends, Unix seconds; 0 is never.</summary>
    public required long Expires { get; init; }

    /// <summary>When it was paired, Unix seconds.</summary>
    public required long Since { get; init; }

    /// <summary>Whether it has a live session.</summary>
    public required bool Connected { get; init; }

    /// <summary>The id only.</summary>
    public override string ToString() => $"DeviceDescription {{ {Device} }}";
}
