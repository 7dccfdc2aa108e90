using System.Text;
using QuicPair.Rtc.Stun;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Sockets.Loop;

/// <summary>
/// Finds the peer of a datagram on the port that all share: a connectivity check names the user fragment of its
/// receiver, everything else is told apart by its sender. Guarded by the host's gate.
/// </summary>
internal sealed class PeerDirectory
{
    private const int MaximumFragment = 256;

    // Ours: a restart needs the fragment before it, for as long as the former path is used; answers to a restart before
    // the last may still come.
    private const int MaximumFragments = 3;

    // Ours: candidates of a few restarts, and the addresses that a NAT gives one after the other.
    private const int MaximumAddresses = 256;

    private readonly Dictionary<string, PeerConnection> _byFragment = [];
    private readonly Dictionary<TransportAddress, PeerConnection> _byAddress = [];
    private readonly Dictionary<string, PeerConnection>.AlternateLookup<ReadOnlySpan<char>> _fragments;

    public PeerDirectory() => _fragments = _byFragment.GetAlternateLookup<ReadOnlySpan<char>>();

    public IEnumerable<PeerConnection> All => _byFragment.Values.Distinct();

    /// <summary>Notes the user fragment of <paramref name="peer"/>; former ones stay until it is removed.</summary>
    public void Add(PeerConnection peer)
    {
        if (!_byFragment.TryAdd(peer.UserFragment, peer)) return;
        peer.Fragments.Add(peer.UserFragment);
        if (peer.Fragments.Count <= MaximumFragments) return;
        var spare = peer.Fragments.FindIndex(
            fragment => fragment != peer.UserFragment && fragment != peer.FormerUserFragment);
        _byFragment.Remove(peer.Fragments[spare]);
        peer.Fragments.RemoveAt(spare);
    }

    public void Remove(PeerConnection peer)
    {
        foreach (var fragment in peer.Fragments) _byFragment.Remove(fragment);
        foreach (var address in peer.Addresses)
        {
            if (_byAddress.TryGetValue(address, out var owner) && owner == peer) _byAddress.Remove(address);
        }
    }

    /// <summary>
    /// Finds the peer of <paramref name="datagram"/>. A check says who it is for even when its sender was somebody
    /// else's before.
    /// </summary>
    public PeerConnection? Find(ReadOnlySpan<byte> datagram, TransportAddress sender)
    {
        if (datagram is [0 or 1, ..] && StunUsername.TryReadReceiver(datagram, out var fragment))
        {
            Span<char> name = stackalloc char[MaximumFragment];
            name = name[..Encoding.ASCII.GetChars(fragment, name)];
            return _fragments.TryGetValue(name, out var named) ? named : null;
        }

        return _byAddress.TryGetValue(sender, out var known) ? known : null;
    }

    /// <summary>
    /// Notes that datagrams from <paramref name="address"/> are the peer's, because it has proved it.
    /// </summary>
    public void Claim(TransportAddress address, PeerConnection peer)
    {
        if (_byAddress.TryGetValue(address, out var owner) && owner == peer) return;
        _byAddress[address] = peer;
        Note(address, peer);
    }

    /// <summary>Notes that an answer to a check may come from <paramref name="address"/>.</summary>
    public void Expect(TransportAddress address, PeerConnection peer)
    {
        if (_byAddress.TryAdd(address, peer)) Note(address, peer);
    }

    // One that the peer still uses is claimed again by its next check.
    private void Note(TransportAddress address, PeerConnection peer)
    {
        peer.Addresses.Add(address);
        if (peer.Addresses.Count <= MaximumAddresses) return;
        var oldest = peer.Addresses[0];
        peer.Addresses.RemoveAt(0);
        if (_byAddress.TryGetValue(oldest, out var owner) && owner == peer) _byAddress.Remove(oldest);
    }
}
