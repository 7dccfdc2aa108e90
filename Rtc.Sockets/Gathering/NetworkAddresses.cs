using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace QuicPair.Rtc.Sockets.Gathering;

/// <summary>
/// The addresses of this machine, watched: the system tells of changes, and a look from time to time finds what it did
/// not tell. Whoever asks gets the last look at once.
/// </summary>
internal sealed class NetworkAddresses : IDisposable
{
    // Ours: the system's notice is the rule; this finds what it missed.
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(15);

    private readonly Action _changed;
    private readonly ITimer _timer;
    private readonly Lock _look = new();
    private volatile IPAddress[] _known;

    /// <param name="provider">The clock of the looks.</param>
    /// <param name="changed">Called on another thread when the addresses are different ones.</param>
    public NetworkAddresses(TimeProvider provider, Action changed)
    {
        _changed = changed;
        _known = OfThisMachine();
        NetworkChange.NetworkAddressChanged += OnChanged;
        _timer = provider.CreateTimer(_ => Look(), null, LookEvery, LookEvery);
    }

    /// <summary>All addresses, loopback ones included, in the system's order.</summary>
    public IReadOnlyList<IPAddress> Known => _known;

    public void Dispose()
    {
        NetworkChange.NetworkAddressChanged -= OnChanged;
        _timer.Dispose();
    }

    private static IPAddress[] OfThisMachine()
    {
        try
        {
            return
            [
                // Not only those that are up: Linux says so up to a second after it has told of the address.
                .. from nic in NetworkInterface.GetAllNetworkInterfaces()
                   from unicast in nic.GetIPProperties().UnicastAddresses
                   let address = unicast.Address
                   where address.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6
                   select address,
            ];
        }
        catch (NetworkInformationException)
        {
            // An interface went away under the look; the next one finds out.
            return [];
        }
    }

    private void OnChanged(object? sender, EventArgs change) =>
        ThreadPool.UnsafeQueueUserWorkItem(static addresses => addresses.Look(), this, preferLocal: false);

    private void Look()
    {
        lock (_look)
        {
            var found = OfThisMachine();
            if (found.Length == 0 || found.SequenceEqual(_known)) return;
            _known = found;
        }

        _changed();
    }
}
