using System.Net.Sockets;
using Npgsql;
using QuicPair.Cluster.Placement;
using QuicPair.Grains.Interfaces;
using QuicPair.Silo.Control;

namespace QuicPair.Silo.Household;

/// <summary>The Macs of the household as this one sees them.</summary>
/// <param name="membership">The list of members.</param>
/// <param name="find">Reaches a Mac.</param>
/// <param name="time">The clock.</param>
internal sealed class MacList(IClusterMembershipService membership, Func<MacId, IMacGrain> find, TimeProvider time)
{
    // Ours: a database that hangs, or a silo that ends meanwhile, answers nothing.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>Every Mac of the list of members, as it is now or as it was when it could last be read.</summary>
    /// <param name="expelled">Those that were expelled.</param>
    public async Task<ControlReply> List(IReadOnlySet<string> expelled)
    {
        try
        {
            await membership.Refresh(default).AsTask().WaitAsync(Patience, time);
        }
        catch (Exception problem) when (problem is TimeoutException or NpgsqlException or SocketException or IOException
            or OrleansException)
        {
            // The list of before is shown.
        }

        var macs = Macs(membership.CurrentSnapshot).Select(member => Show(member, expelled.Contains(member.Name)));
        return new ControlReply { Macs = await Task.WhenAll(macs) };
    }

    /// <summary>Whether the list of members has the Mac.</summary>
    public bool Knows(MacId mac) => Macs(membership.CurrentSnapshot).Any(member => member.Name == mac.Value);

    /// <summary>
    /// One entry of each Mac: the active one, else the youngest. After a clock was set back the youngest is a dead one.
    /// </summary>
    internal static IEnumerable<ClusterMember> Macs(ClusterMembershipSnapshot snapshot) => snapshot.Members.Values
        .Where(member => MacId.TryParse(member.Name, out _))
        .GroupBy(member => member.Name)
        .Select(group => group.OrderByDescending(member => member.Status == SiloStatus.Active)
            .ThenByDescending(member => member.SiloAddress.Generation)
            .First());

    /// <summary>Has a Mac take no new phones, or take them again.</summary>
    public async Task<ControlReply> Drain(ControlRequest request)
    {
        if (!MacId.TryParse(request.Name, out var mac))
        {
            return ControlReply.Refuse("bad_request", "Say the Mac's id; quicpair macs lists them.");
        }

        if (membership.CurrentSnapshot.FindActive(mac.Value) is null)
        {
            return ControlReply.Refuse("unreachable", $"{mac} is not here.");
        }

        try
        {
            await find(mac).Drain(request.Accept != true);
            return new ControlReply();
        }
        catch (Exception problem) when (IsSilence(problem))
        {
            return ControlReply.Refuse("unreachable", $"{mac} does not answer; quicpair macs shows whether it drains.");
        }
    }

    /// <summary>The Macs that are in the cluster, in the order of their ids.</summary>
    public static IReadOnlyList<MacId> Here(IClusterMembershipService membership)
    {
        var macs = new List<MacId>();
        foreach (var member in membership.CurrentSnapshot.Members.Values)
        {
            if (member.Status == SiloStatus.Active && MacId.TryParse(member.Name, out var mac)) macs.Add(mac);
        }

        return [.. macs.OrderBy(mac => mac.Value, StringComparer.Ordinal)];
    }

    private async Task<ControlMac> Show(ClusterMember member, bool isExpelled)
    {
        var at = member.SiloAddress.Endpoint.ToString();
        if (isExpelled) return new ControlMac(member.Name, "", "expelled", at, 0, 0);
        if (member.Status != SiloStatus.Active) return new ControlMac(member.Name, "", "away", at, 0, 0);
        try
        {
            var state = await find(MacId.Parse(member.Name)).GetState();
            var seen = state.Draining ? "draining" : "here";
            return new ControlMac(member.Name, state.Name, seen, at, state.Connected, state.Devices.Length);
        }
        catch (Exception problem) when (IsSilence(problem))
        {
            return new ControlMac(member.Name, "", "silent", at, 0, 0);
        }
    }

    private static bool IsSilence(Exception problem) =>
        problem is MacUnavailableException or TimeoutException or OrleansException;
}
