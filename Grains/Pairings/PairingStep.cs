namespace QuicPair.Grains.Pairings;

/// <summary>What follows from a command.</summary>
/// <param name="State">The state after it.</param>
/// <param name="Effects">What has to be done, in this order.</param>
internal sealed record PairingStep(PairingState State, params IReadOnlyList<PairingEffect> Effects);
