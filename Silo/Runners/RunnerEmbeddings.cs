namespace QuicPair.Silo.Runners;

/// <summary>Embeddings as a runner gives them.</summary>
/// <param name="Vectors">One for each text, in order.</param>
/// <param name="Tokens">Tokens of all texts; null when the runner does not say.</param>
internal sealed record RunnerEmbeddings(IReadOnlyList<float[]> Vectors, long? Tokens)
{
    /// <summary>A runner's answer, checked: one vector for each text, of one length, every number finite.</summary>
    /// <exception cref="RunnerException">It is something else.</exception>
    public static RunnerEmbeddings Of(IReadOnlyList<float[]> vectors, int texts, long? tokens)
    {
        var fits = vectors.Count == texts && vectors.All(vector =>
            vector.Length > 0 && vector.Length == vectors[0].Length && Array.TrueForAll(vector, float.IsFinite));
        return fits
            ? new RunnerEmbeddings(vectors, tokens is { } told ? RunnerStatistics.Count(told) : null)
            : throw new RunnerException(RunnerFault.Failed, "The runner's embeddings do not fit the texts.");
    }

    /// <summary>Nothing: embeddings tell what the texts were.</summary>
    public override string ToString() => nameof(RunnerEmbeddings);
}
