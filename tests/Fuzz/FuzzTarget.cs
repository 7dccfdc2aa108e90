namespace QuicPair.Fuzz;

/// <summary>A parser and how to feed it.</summary>
/// <param name="Name">Its name on the command line, and the folder of its corpus.</param>
/// <param name="Run">Feeds one input.</param>
/// <param name="AllocationMax">Bytes that one run may allocate, beside 64 for each byte of input.</param>
internal sealed record FuzzTarget(string Name, TargetAction Run, long AllocationMax = 64 * 1024)
{
    public override string ToString() => Name;
}
