namespace QuicPair.Silo.Runners;

/// <summary>How far a pull is.</summary>
/// <param name="Status">The runner's words.</param>
/// <param name="Completed">Bytes of this step that are there.</param>
/// <param name="Total">Bytes of this step.</param>
internal sealed record PullProgress(string Status, long? Completed, long? Total);
