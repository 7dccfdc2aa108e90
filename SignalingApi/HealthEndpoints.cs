using QuicPair.SignalingApi.Fleet;
using QuicPair.SignalingApi.Problems;

namespace QuicPair.SignalingApi;

/// <summary>
/// Whether the process lives, and whether it can serve. Neither says anything about who is paired.
/// </summary>
internal static class HealthEndpoints
{
    public static IResult Live() => Results.Text("ok\n");

    public static IResult Ready(ISiloStatusOracle silo, FleetView fleet) =>
        silo.CurrentStatus == SiloStatus.Active && fleet.IsReady
            ? Results.Text("ready\n")
            : Problem.NotReady;
}
