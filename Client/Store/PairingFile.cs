namespace QuicPair.Client.Store;

/// <summary>The file's content, oldest pairing first.</summary>
/// <param name="Version">The format, 1.</param>
/// <param name="Pairings">The pairings.</param>
internal sealed record PairingFile(int Version, IReadOnlyList<PairingRecord> Pairings)
{
    public const int CurrentVersion = 1;

    public static PairingFile Empty => new(CurrentVersion, []);
}
