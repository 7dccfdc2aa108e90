namespace QuicPair.Grains.Fleet;

/// <summary>One Mac of a <see cref="FleetRecord"/>.</summary>
internal sealed record FleetEntry(string Mac, string Name, DateTimeOffset FirstSeen, DateTimeOffset LastSeen);
