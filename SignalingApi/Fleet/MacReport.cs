namespace QuicPair.SignalingApi.Fleet;

/// <summary>One Mac of a <see cref="FleetReport"/>; what only a Mac that is here can say is null otherwise.</summary>
internal sealed record MacReport
{
    /// <summary>Its id.</summary>
    public required string Mac { get; init; }

    /// <summary>Its name for people; empty when it never told one.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// <c>here</c>, <c>draining</c> (it takes no new phones), <c>silent</c> (a member that does not answer) or
    /// <c>away</c>.
    /// </summary>
    public required string State { get; init; }

    /// <summary>Where its silo is.</summary>
    public string? Address { get; init; }

    /// <summary>The version of QuicPair that it runs.</summary>
    public string? Version { get; init; }

    /// <summary>Which runner serves.</summary>
    public string? Runner { get; init; }

    /// <summary>Whether it answers.</summary>
    public bool? RunnerAnswers { get; init; }

    /// <summary>The models that the runner has.</summary>
    public IReadOnlyList<string>? Models { get; init; }

    /// <summary>The models that are in memory.</summary>
    public IReadOnlyList<string>? Loaded { get; init; }

    /// <summary>Chats that the runner works on.</summary>
    public int? Running { get; init; }

    /// <summary>Chats that wait.</summary>
    public int? Waiting { get; init; }

    /// <summary>Speed of the last answer.</summary>
    public double? TokensPerSecond { get; init; }

    /// <summary>Phones with a live session.</summary>
    public int? Connected { get; init; }

    /// <summary>When it was here first, Unix seconds.</summary>
    public long? FirstSeen { get; init; }

    /// <summary>When it was here last, Unix seconds; null while it is here.</summary>
    public long? LastSeen { get; init; }

    /// <summary>Its paired devices.</summary>
    public IReadOnlyList<DeviceReport>? Devices { get; init; }
}
