using System.Collections.Immutable;

namespace QuicPair.Grains.Interfaces;

/// <summary>The Macs of a household as its front door remembers them.</summary>
/// <param name="Macs">Every Mac ever seen, first seen first.</param>
[GenerateSerializer, Immutable, Alias("quicpair.FleetSnapshot")]
public sealed record FleetSnapshot([property: Id(0)] ImmutableArray<FleetMember> Macs);
