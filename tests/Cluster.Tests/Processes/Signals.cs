using System.Diagnostics;

namespace QuicPair.Cluster.Tests.Processes;

/// <summary>Freezes processes of the test and wakes them.</summary>
internal static class Signals
{
    public static void Stop(int process) => Send("STOP", process);

    public static void Continue(int process) => Send("CONT", process);

    public static void Terminate(int process) => Send("TERM", process);

    private static void Send(string signal, int process)
    {
        using var kill = Process.Start("/bin/kill", [$"-{signal}", $"{process}"]);
        kill.WaitForExit();
    }
}
