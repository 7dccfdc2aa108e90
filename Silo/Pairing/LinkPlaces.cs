namespace QuicPair.Silo.Pairing;

/// <summary>The origins that a link of this Mac can name.</summary>
/// <param name="Origins">The best first; never empty.</param>
/// <param name="ThisNetworkOnly">Whether no origin works outside this network.</param>
internal sealed record LinkPlaces(IReadOnlyList<string> Origins, bool ThisNetworkOnly)
{
    /// <summary>Whether no origin works outside this machine, so that no phone can use the link.</summary>
    public bool ThisMachineOnly =>
        Origins.All(origin => Uri.TryCreate(origin, UriKind.Absolute, out var url) && url.IsLoopback);
}
