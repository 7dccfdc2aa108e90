using System.Net;

namespace QuicPair.Cluster.Placement;

/// <summary>Looks silos up by name; the name of a Mac's silo is the Mac's id.</summary>
public static class MembershipNames
{
    /// <summary>The address of the living silo of a name, the youngest generation of it, or null.</summary>
    public static SiloAddress? FindActive(this ClusterMembershipSnapshot snapshot, string name)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        SiloAddress? found = null;
        foreach (var (address, member) in snapshot.Members)
        {
            if (member.Status == SiloStatus.Active && member.Name == name
                && (found is null || address.Generation > found.Generation))
            {
                found = address;
            }
        }

        return found;
    }

    /// <summary>The name of the silo at an address, the youngest generation that is not dead, or null.</summary>
    internal static string? FindAt(this ClusterMembershipSnapshot snapshot, IPEndPoint address) => snapshot.Members
        .Where(member => member.Key.Endpoint.Equals(address) && member.Value.Status != SiloStatus.Dead)
        .OrderByDescending(member => member.Key.Generation)
        .Select(member => member.Value.Name)
        .FirstOrDefault();
}
