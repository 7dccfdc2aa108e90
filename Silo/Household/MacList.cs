using QuicPair.Cluster.Placement;
using QuicPair.Grains.Interfaces;
using QuicPair.Silo.Control;

namespace QuicPair.Silo.Household;

/// <summary>The Macs of the household as this one sees them.</summary>
internal sealed class MacList(IClusterMembershipService membership, IGrainFactory grains)
{
    /// <summary>Every Mac of the list of members, the youngest entry of each.</summary>
    public async Task<ControlReply> List()
    {
        await membership.Refresh(default);
        var members = membership.CurrentSnapshot.Members.Values
            .Where(member => MacId.TryParse(member.Name, out _))
            .GroupBy(member => member.Name)
            .Select(group => group.OrderByDescending(member => member.SiloAddress.Generation).First());
        return new ControlReply { Macs = await Task.WhenAll(members.Select(Show)) };
    }

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

        await grains.Mac(mac).Drain(request.Accept != true);
        return new ControlReply();
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

    private async Task<ControlMac> Show(ClusterMember member)
    {
        var at = member.SiloAddress.Endpoint.ToString();
        if (member.Status != SiloStatus.Active) return new ControlMac(member.Name, "", "away", at, 0, 0);
        try
        {
            var state = await grains.Mac(MacId.Parse(member.Name)).GetState();
            return new ControlMac(member.Name, state.Name, "here", at, state.Connected, state.Devices.Length);
        }
        catch (Exception problem) when (problem is MacUnavailableException or TimeoutException or OrleansException)
        {
            return new ControlMac(member.Name, "", "silent", at, 0, 0);
        }
    }
}
