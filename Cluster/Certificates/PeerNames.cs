using System.Net;
using QuicPair.Cluster.Placement;

namespace QuicPair.Cluster.Certificates;

/// <summary>
/// Whether the name in a peer's certificate is the name of the silo that it says it is, by the list of members.
/// </summary>
internal sealed class PeerNames(IClusterMembershipService membership)
{
    /// <summary>Whether a silo that connects is who it says.</summary>
    /// <param name="claimed">The address that it says is its own.</param>
    /// <param name="name">The name in its certificate.</param>
    public async ValueTask<bool> Fits(SiloAddress claimed, string name) =>
        await Find(snapshot => snapshot.Members.TryGetValue(claimed, out var member) ? member.Name : null) == name;

    /// <summary>Whether the silo that was dialled is who should be there.</summary>
    /// <param name="dialled">The address that was dialled.</param>
    /// <param name="name">The name in its certificate.</param>
    public async ValueTask<bool> Fits(IPEndPoint dialled, string name) =>
        await Find(snapshot => snapshot.FindAt(dialled)) == name;

    private async ValueTask<string?> Find(Func<ClusterMembershipSnapshot, string?> find)
    {
        if (find(membership.CurrentSnapshot) is { } known)
        {
            return known;
        }

        // It may have joined a moment ago.
        await membership.Refresh(default);
        return find(membership.CurrentSnapshot);
    }
}
