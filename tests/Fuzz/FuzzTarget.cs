namespace QuicPair.Fuzz;

/// <summary>A parser and how to feed it.</summary>
/// <param name="Name">Its name on the command line, and the folder of its corpus.</param>
/// <param name="Run">Feeds one input.</param>
/// <param name="AllocationMax">Bytes that one run may allocate, beside 64 for each byte of input.</param>
internal sealed record FuzzTarget(string Name, TargetAction Run, long AllocationMax = 64 * 1024)
{
    /// <summary>Whether the parser takes an input; null when the target does not say.</summary>
    public TargetAnswer? Accepts { get; private init; }

    /// <summary>
    /// A parser that says what it takes: of the files of its corpus those named <c>accepted…</c>, and none named
    /// <c>refused…</c>.
    /// </summary>
    /// <param name="name">Its name.</param>
    /// <param name="accepts">Feeds one input.</param>
    /// <param name="allocationMax">Bytes that one run may allocate, beside 64 for each byte of input.</param>
    public static FuzzTarget Judging(string name, TargetAnswer accepts, long allocationMax = 64 * 1024) =>
        new(name, input => _ = accepts(input), allocationMax) { Accepts = accepts };

    public override string ToString() => Name;
}
