using System.Runtime.InteropServices;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Turn;

/// <summary>The peers of one allocation and their channels, bounded in number.</summary>
internal sealed class RelayedPeers
{
    private readonly Dictionary<TransportAddress, RelayedPeer> _byAddress = [];
    private readonly Dictionary<ushort, RelayedPeer> _byChannel = [];
    private readonly Dictionary<TransportAddress, int> _hosts = [];
    private readonly Queue<(ushort Channel, Instant FreeAt)> _freed = new();
    private ushort _next = TurnTimings.FirstChannel;

    public IEnumerable<RelayedPeer> All => _byAddress.Values;

    /// <summary>
    /// Whether something was sent to this address, whatever the port: permissions are for addresses (RFC 8656, 9).
    /// </summary>
    public bool IsHostKnown(TransportAddress address) => _hosts.ContainsKey(address.WithPort(0));

    public RelayedPeer? Find(TransportAddress address) => _byAddress.GetValueOrDefault(address);

    public RelayedPeer? FindByChannel(ushort channel) => _byChannel.GetValueOrDefault(channel);

    /// <summary>
    /// The peer of an address, made when it is new; null when there is no room and nobody to make some.
    /// </summary>
    public RelayedPeer? FindOrAdd(Instant now, TransportAddress address)
    {
        if (Find(address) is { } known) return known;
        if (_byAddress.Count >= TurnTimings.MaximumPeers && !TryMakeRoom(now)) return null;
        var peer = new RelayedPeer(address) { LastUsed = now, RenewAt = now };
        _byAddress.Add(address, peer);
        CollectionsMarshal.GetValueRefOrAddDefault(_hosts, address.WithPort(0), out _)++;
        return peer;
    }

    /// <summary>Gives a peer a channel number; false when none is free.</summary>
    public bool TryAssignChannel(Instant now, RelayedPeer peer)
    {
        if (peer.Channel != 0) return true;
        if (_next <= TurnTimings.LastChannel) peer.Channel = _next++;
        else if (_freed.TryPeek(out var freed) && freed.FreeAt <= now) peer.Channel = _freed.Dequeue().Channel;
        else return false;
        _byChannel.Add(peer.Channel, peer);
        return true;
    }

    /// <summary>Forgets those that nothing is sent to any more.</summary>
    public void ForgetIdle(Instant now)
    {
        foreach (var peer in _byAddress.Values.Where(peer => now - peer.LastUsed >= TurnTimings.ForgetPeer).ToArray())
        {
            Remove(now, peer);
        }
    }

    // The one that was used least recently: a candidate that never worked, as a rule.
    private bool TryMakeRoom(Instant now)
    {
        RelayedPeer? oldest = null;
        foreach (var peer in _byAddress.Values)
        {
            if (peer.Channel == 0 && (oldest is null || peer.LastUsed < oldest.LastUsed)) oldest = peer;
        }

        if (oldest is null) return false;
        Remove(now, oldest);
        return true;
    }

    private void Remove(Instant now, RelayedPeer peer)
    {
        _byAddress.Remove(peer.Address);
        var host = peer.Address.WithPort(0);
        if (--_hosts[host] == 0) _hosts.Remove(host);
        if (peer.Channel == 0) return;
        _byChannel.Remove(peer.Channel);
        _freed.Enqueue((peer.Channel, now + TurnTimings.ChannelReuse));
    }
}
