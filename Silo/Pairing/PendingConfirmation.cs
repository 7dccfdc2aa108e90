namespace QuicPair.Silo.Pairing;

/// <summary>A phone that waits for the owner.</summary>
/// <param name="Device">The device.</param>
/// <param name="Name">The name that it gave itself.</param>
/// <param name="Code">The six digits that it shows too.</param>
/// <param name="Until">When it is refused by itself.</param>
internal sealed record PendingConfirmation(string Device, string Name, string Code, DateTimeOffset Until);
