using System.ComponentModel;
using Xunit.Sdk;
using Xunit.v3;

[assembly: Parallelization(Mode = ParallelMode.None)]

namespace QuicPair.Nat.Lab;

/// <summary>Whether networks can be built here.</summary>
internal static class Lane
{
    private const string Trial = """
        table ip trial {
          chain out {
            type nat hook postrouting priority srcnat;
            masquerade random,fully-random
          }
        }
        """;

    private static readonly string[] Programs = ["ip", "nft", "turnserver"];
    private static readonly Lazy<string?> Problem = new(Find);

    /// <summary>Whether the proofs run whole: <c>QUICPAIR_SOAK=1</c>.</summary>
    public static bool IsSoak => Environment.GetEnvironmentVariable("QUICPAIR_SOAK") == "1";

    /// <summary>
    /// Says why the lane cannot run. On a build server that is a failure: there everything is installed.
    /// </summary>
    public static void Require()
    {
        if (Problem.Value is { } reason) Interop.Peers.Lane.Unavailable(reason);
    }

    private static string? Find()
    {
        if (!OperatingSystem.IsLinux()) return "Network namespaces are Linux's.";
        if (Programs.FirstOrDefault(program => Locate(program) is null) is { } missing)
        {
            return $"The program {missing} is not installed (Debian packages iproute2, nftables, coturn).";
        }

        try
        {
            Namespace.RemoveStale();
            using var trial = Namespace.Create("trial");
            trial.Nft(Trial);
            using var device = TunDevice.Open("qptrial");
            return null;
        }
        catch (Exception problem) when (problem is LabException or Win32Exception)
        {
            return $"Networks cannot be built here (root, namespaces, nft nat, TUN): {problem.Message}";
        }
    }

    private static string? Locate(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(':').Concat(["/usr/sbin", "/sbin"])
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(File.Exists);
}
