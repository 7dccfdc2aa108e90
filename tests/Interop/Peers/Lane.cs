using Xunit;
using Xunit.Sdk;

namespace QuicPair.Interop.Peers;

/// <summary>A part of the tests that needs what a machine may lack: PostgreSQL, coturn, another make's peer.</summary>
internal static class Lane
{
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
