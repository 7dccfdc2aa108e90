namespace QuicPair.Grains.Fleet;

/// <summary>A front door's memory of Macs as it is stored.</summary>
internal sealed record FleetRecord : IGrainRecord
{
    /// <summary>The version that this program writes and reads.</summary>
    public const int CurrentSchema = 1;

    /// <inheritdoc/>
    public int Schema { get; init; } = CurrentSchema;

    /// <inheritdoc/>
    public string Key { get; init; } = string.Empty;

    /// <summary>The Macs, first seen first.</summary>
    public IReadOnlyList<FleetEntry> Macs { get; init; } = [];
}
