namespace QuicPair.Cluster.Supervision;

/// <summary>What a member sees of its household without being in the cluster.</summary>
public sealed record HouseholdSight
{
    /// <summary>Why the front door's port for Macs cannot be used; null when it can, or there is none.</summary>
    public string? DoorProblem { get; init; }

    /// <summary>Why the database cannot be used; null when it can.</summary>
    public string? DatabaseProblem { get; init; }

    /// <summary>Whether the database was asked and answered.</summary>
    public bool HasDatabase { get; init; }

    /// <summary>How far the database's clock is ahead of this machine's.</summary>
    public TimeSpan ClockAhead { get; init; }

    /// <summary>
    /// Silo name and whether it is an active member. Of the entries of one name the active one counts: after a clock
    /// was set back it is not the youngest.
    /// </summary>
    public IReadOnlyDictionary<string, bool> Members { get; init; } = new Dictionary<string, bool>();
}
