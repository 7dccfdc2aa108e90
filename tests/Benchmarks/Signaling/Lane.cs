namespace QuicPair.Interop.Peers;

/// <summary>
/// What the tests' lane of that name is to a benchmark, which no test runner skips: a machine that lacks a program ends
/// it.
/// </summary>
internal static class Lane
{
    public static void Unavailable(string reason) => throw new InvalidOperationException(reason);
}
