using System.Diagnostics;
using QuicPair.Nat.Lab;
using QuicPair.Nat.Routers;

namespace QuicPair.Nat.Sessions;

/// <summary>
/// A phone that goes from one router to another while the Mac speaks: its interface goes away, another one comes with
/// an address of another network.
/// </summary>
internal sealed class Roaming
{
    private readonly Router[] _routers;
    private string _interface = "eth0";
    private int _moves;

    public Roaming(World world)
    {
        Host = world.Add(Namespace.Create("phone"));
        _routers =
        [
            world.Add(Router.OnInternet(world.Internet, "198.51.100.11", NatKind.PortRestricted)),
            world.Add(Router.OnInternet(world.Internet, "198.51.100.13", NatKind.AddressRestricted)),
        ];
        _routers[0].AddHost(Host, _interface, "192.168.11");
    }

    public Namespace Host { get; }

    /// <summary>Goes to the other router; from when on the new address can be used.</summary>
    public long Move()
    {
        Host.Ip($"link delete {_interface}");
        _interface = $"net{++_moves}";
        _routers[_moves % 2].AddHost(Host, _interface, $"192.168.{20 + (_moves % 200)}");
        return Stopwatch.GetTimestamp();
    }
}
