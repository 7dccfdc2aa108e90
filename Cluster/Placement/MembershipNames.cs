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
}
