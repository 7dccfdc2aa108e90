using System.Collections.Immutable;
using QuicPair.Cluster.Certificates;
using QuicPair.Cluster.Placement;
using QuicPair.Grains.Interfaces;

namespace QuicPair.SignalingApi.Fleet;

/// <summary>
/// Which Macs are here, which are away and which never were, from memory: no grain call is made for a Mac
/// that cannot answer it. One that was expelled counts as never here from the moment that this silo hears of it.
/// </summary>
internal sealed class FleetView(IClusterMembershipService membership, MemberConnections members)
{
    private volatile ImmutableHashSet<MacId> _known = [];
    private volatile bool _isComplete;
    private volatile bool _isReady;

    /// <summary>Whether the memory of earlier runs has been asked for, whatever came of it.</summary>
    public bool IsReady => _isReady;

    /// <summary>
    /// Whether the memory of earlier runs has been read. Until then no Mac can be called unknown.
    /// </summary>
    public bool IsComplete => _isComplete;

    /// <summary>The only Mac of the household, or null when there are none or several.</summary>
    public MacId? Only => All is { Count: 1 } one ? one.First() : null;

    /// <summary>Every Mac that was ever here.</summary>
    public IReadOnlyCollection<MacId> All => [.. _known.Where(mac => !IsExpelled(mac))];

    /// <summary>Those that were here and are not of the household any more.</summary>
    public IReadOnlyCollection<MacId> Expelled => [.. _known.Where(IsExpelled)];

    /// <summary>Whether the Mac was ever here.</summary>
    public bool Knows(MacId mac) => (_known.Contains(mac) && !IsExpelled(mac)) || IsHere(mac);

    /// <summary>Whether the Mac is not of the household any more.</summary>
    public bool IsExpelled(MacId mac) => members.IsExpelled(mac.Value);

    /// <summary>Whether the Mac's silo is a living member of the cluster.</summary>
    public bool IsHere(MacId mac) => membership.CurrentSnapshot.FindActive(mac.Value) is not null;

    /// <summary>Notes a Mac.</summary>
    public bool Add(MacId mac)
    {
        var before = _known;
        _known = before.Add(mac);
        return _known != before;
    }

    /// <summary>Says that the memory of earlier runs has been read.</summary>
    public void Complete() => _isComplete = true;

    /// <summary>Says that the Macs that are here can be served.</summary>
    public void Ready() => _isReady = true;
}
