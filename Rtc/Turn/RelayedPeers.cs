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
    private readonly Dictionary<TransportAddress, (ushort Channel, Instant FreeAt)> _resting = [];
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

    /// <summary>
    /// Gives a peer a channel number, the one that it had before if it had one; false when none is free. RFC 8656, 12:
    /// until five minutes after the end of a binding the server refuses its number to another peer, and its peer
    /// another number.
    /// </summary>
    public bool TryAssignChannel(Instant now, RelayedPeer peer)
    {
        if (peer.Channel != 0) return true;
        if (_resting.Remove(peer.Address, out var own)) peer.Channel = own.Channel;
        else if (_next <= TurnTimings.LastChannel) peer.Channel = _next++;
        else if (TryTakeRested(now, out var rested)) peer.Channel = rested;
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

    // Looks through all of them: it is asked only when every number was given out.
    private bool TryTakeRested(Instant now, out ushort channel)
    {
        channel = 0;
        if (_resting.Count == 0) return false;
        var (address, longest) = _resting.MinBy(each => each.Value.FreeAt);
        if (longest.FreeAt > now) return false;
        _resting.Remove(address);
        channel = longest.Channel;
        return true;
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
        _resting[peer.Address] = (peer.Channel, now + TurnTimings.ChannelReuse);
    }
}
