using Xunit;
using Xunit.Sdk;

namespace QuicPair.Interop.Peers;

/// <summary>A part of the tests that needs what a machine may lack: PostgreSQL, coturn, another make's peer.</summary>
internal static class Lane
{
    /// <summary>Whether a program is on the path.</summary>
    public static bool Has(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, program)));

    /// <summary>The lane cannot run where one of the programs is not on the path.</summary>
    /// <param name="programs">What it needs.</param>
    /// <param name="packages">The packages of Debian that have them.</param>
    public static void Require(IEnumerable<string> programs, string packages)
    {
        if (programs.FirstOrDefault(program => !Has(program)) is not { } missing) return;
        Unavailable($"The program {missing} is not installed (Debian packages {packages}).");
    }

    /// <summary>
    /// Says why a lane cannot run. On a build server that is a failure: there everything is installed.
    /// </summary>
    public static void Unavailable(string reason)
    {
        var isBuildServer = string.Equals(
            Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase);
        if (isBuildServer) Assert.Fail(reason);
        throw SkipException.ForSkip(reason);
    }
}
