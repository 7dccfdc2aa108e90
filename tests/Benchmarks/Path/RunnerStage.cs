namespace QuicPair.Benchmarks.Path;

/// <summary>Where a runner stays until its request is aborted.</summary>
internal enum RunnerStage
{
    Loading,
    Reading,
    Streaming,
}
