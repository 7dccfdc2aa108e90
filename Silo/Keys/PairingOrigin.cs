namespace QuicPair.Silo.Keys;

/// <summary>Where a device was scanned that another Mac vouched for.</summary>
/// <param name="Mac">The Mac that vouched.</param>
/// <param name="Device">The device's id there.</param>
internal sealed record PairingOrigin(string Mac, string Device);
