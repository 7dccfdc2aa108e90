using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using QuicPair.Cluster;
using QuicPair.Rtc.Sockets;
using QuicPair.SignalingApi;
using QuicPair.SignalingApi.Telemetry;
using QuicPair.Silo.Runners;

namespace QuicPair.Silo.Hosting;

/// <summary>
/// Local mode (<c>Network:LocalOnly</c>): what this process would do outside the private ranges ends here or at the
/// UDP port. One rule decides, <see cref="LocalNetwork"/>, on the addresses of sockets.
/// </summary>
internal static class LocalMode
{
    public static bool IsOn(IConfiguration configuration) => configuration.GetValue(FrontDoorOptions.LocalOnly, false);

    /// <summary>Refuses settings that lead outside; a name would be a question to somebody outside.</summary>
    /// <exception cref="StartupException">A setting leads outside.</exception>
    public static void Check(IConfiguration configuration, Uri ollama, RunnerOptions runner)
    {
        if (!IsOn(configuration)) return;
        CheckRunner(ollama, nameof(RunnerOptions.OllamaUrl));

        // With Ollama, Runner:Url is another name of its address.
        if (runner is { Kind: not "ollama", Url.Length: > 0 })
        {
            CheckRunner(new Uri(runner.Url), nameof(RunnerOptions.Url));
        }

        var url = configuration[$"{FrontDoorOptions.Section}:{nameof(FrontDoorOptions.PublicUrl)}"];
        var isForeign = Uri.TryCreate(url, UriKind.Absolute, out var place) && !LocalNetwork.ContainsHost(place.Host);
        if (isForeign)
        {
            throw new StartupException(
                $"Network:LocalOnly: {place!.Host} is no private address (FrontDoor:PublicUrl).");
        }

        if (configuration[TelemetryOptions.Collector] is { Length: > 0 } traces
            && !(Uri.TryCreate(traces, UriKind.Absolute, out var collector)
                && LocalNetwork.ContainsHost(collector.Host)))
        {
            throw new StartupException(
                $"Network:LocalOnly: the address of {TelemetryOptions.Collector} is no private one.");
        }
    }

    /// <summary>Refuses a household whose door, database or members are dialled elsewhere.</summary>
    /// <exception cref="StartupException">One is elsewhere.</exception>
    public static void Check(IConfiguration configuration, HouseholdOptions household)
    {
        if (!IsOn(configuration)) return;
        CheckPlace(household.Door, nameof(HouseholdOptions.Door));
        CheckPlace(household.Primary, nameof(HouseholdOptions.Primary));
        if (!OwnAddress.IsFound(household.Address)) CheckPlace(household.Address, nameof(HouseholdOptions.Address));
        foreach (var host in household.DatabaseHosts()) CheckPlace(host, nameof(HouseholdOptions.ConnectionString));
    }

    /// <summary>Ends connections from elsewhere before a byte of them is read.</summary>
    public static void Guard(KestrelServerOptions kestrel) => kestrel.ConfigureEndpointDefaults(listener =>
        listener.Use(next => connection => IsLocal(connection) ? next(connection) : End(connection)));

    internal static bool IsLocal(ConnectionContext connection) =>
        connection.RemoteEndPoint is not IPEndPoint remote || LocalNetwork.Contains(remote.Address);

    private static void CheckRunner(Uri runner, string setting)
    {
        if (LocalNetwork.ContainsHost(runner.Host)) return;
        throw new StartupException(
            $"Network:LocalOnly: the runner's host {runner.Host} is no private address (Runner:{setting}).");
    }

    private static void CheckPlace(string place, string setting)
    {
        if (place.Length == 0 || IPAddress.TryParse(place, out var address) && LocalNetwork.Contains(address)) return;
        if (Uri.TryCreate($"tcp://{place}", UriKind.Absolute, out var at) && LocalNetwork.ContainsHost(at.Host)) return;
        throw new StartupException($"Network:LocalOnly: {place} is no private address (Cluster:{setting}).");
    }

    private static Task End(ConnectionContext connection)
    {
        connection.Abort();
        return Task.CompletedTask;
    }
}
