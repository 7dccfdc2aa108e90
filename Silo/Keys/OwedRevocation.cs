namespace QuicPair.Silo.Keys;

/// <summary>A revocation that another Mac has not confirmed.</summary>
/// <param name="Mac">Whom it has to be told.</param>
/// <param name="Origin">The pairing that is over.</param>
internal sealed record OwedRevocation(string Mac, PairingOrigin Origin);
