using System.Diagnostics;
using System.Globalization;
using QuicPair.EndToEnd;

namespace QuicPair.Benchmarks.Path;

/// <summary>
/// The emulated link over which a run goes when it is the command of tests/Links: the phones, this process, are on its
/// left side, a Mac and its runner on its right one.
/// </summary>
/// <param name="MacNetwork">The network namespace of the Mac.</param>
/// <param name="MacAddress">The Mac's address there.</param>
/// <param name="RoundTrip">Of the empty link.</param>
internal sealed record PathLink(string MacNetwork, string MacAddress, TimeSpan RoundTrip)
{
    // What tests/Links tells its command.
    private const string LeftNetwork = "NS_A";
    private const string RightNetwork = "NS_B";
    private const string RightAddress = "BIND_B";
    private const string RoundTripMilliseconds = "LINK_RTT";

    /// <summary>Configuration of the Mac; nobody but the phone is to be reached there, no STUN server either.</summary>
    public IReadOnlyDictionary<string, string?> MacSettings => new Dictionary<string, string?>(SilentServers.None)
    {
        [MacProcess.Network] = MacNetwork,
        [MacProcess.ListensAt] = MacAddress,
    };

    /// <summary>The link of this run; null when it goes over loopback.</summary>
    /// <exception cref="InvalidOperationException">A part of it is missing.</exception>
    public static PathLink? Find() => Environment.GetEnvironmentVariable(RightNetwork) is not { Length: > 0 } network
        ? null
        : new PathLink(
            network,
            Told(RightAddress),
            TimeSpan.FromMilliseconds(double.Parse(Told(RoundTripMilliseconds), CultureInfo.InvariantCulture)));

    /// <summary>
    /// Runs this program again on the left side of the link and gives its exit code; null when there is no link, or
    /// this is the one that runs there.
    /// </summary>
    public static async Task<int?> RunOnLeftSide(string[] arguments)
    {
        if (Environment.GetEnvironmentVariable(LeftNetwork) is not { Length: > 0 } network) return null;
        var program = typeof(PathLink).Assembly.Location;
        var start = new ProcessStartInfo("ip", ["netns", "exec", network, "dotnet", program, .. arguments]);
        start.Environment.Remove(LeftNetwork);
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    private static string Told(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } told
            ? told
            : throw new InvalidOperationException($"tests/Links has not told {name}.");
}
