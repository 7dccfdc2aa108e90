using System.Net;

namespace QuicPair.Cluster.Door;

/// <summary>
/// Connections that have not introduced themselves yet, by the address that they come from: one address cannot take
/// the room of the others, and all of them none of a member's.
/// </summary>
internal sealed class Strangers
{
    // Ours: a household's Macs may be behind one address, and come all at once when the door is back.
    private const int MostOfOneAddress = 64;
    private const int MostAtOnce = 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, int> _open = [];
    private int _count;

    /// <summary>Takes one in; false when there is no room.</summary>
    public bool TryEnter(IPAddress from)
    {
        var line = LineOf(from);
        lock (_lock)
        {
            var open = _open.GetValueOrDefault(line);
            if (open >= MostOfOneAddress || _count >= MostAtOnce)
            {
                return false;
            }

            _open[line] = open + 1;
            _count++;
            return true;
        }
    }

    /// <summary>One that was taken in is known by now, or gone.</summary>
    public void Leave(IPAddress from)
    {
        var line = LineOf(from);
        lock (_lock)
        {
            _count--;
            if (--_open[line] == 0)
            {
                _open.Remove(line);
            }
        }
    }

    /// <summary>One subscriber line usually has a whole IPv6 /64.</summary>
    private static IPAddress LineOf(IPAddress address)
    {
        var bytes = (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).GetAddressBytes();
        bytes.AsSpan(Math.Min(8, bytes.Length)).Clear();
        return new IPAddress(bytes);
    }
}
