using System.Net;
using System.Net.Sockets;

namespace QuicPair.EndToEnd.Breaking;

/// <summary>
/// A piece of network between a phone and its Mac: what arrives at one side leaves at the other, unless it is cut.
/// </summary>
internal sealed class UdpRelay : IDisposable
{
    private readonly UdpClient _toPhone = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly UdpClient _toMac = new(new IPEndPoint(IPAddress.Loopback, 0));
    private readonly CancellationTokenSource _end = new();
    private volatile IPEndPoint? _phone;
    private volatile IPEndPoint? _mac;
    private volatile bool _isCut;
    private volatile TaskCompletionSource? _cutting;
    private int _left;
    private int _dropped;

    public UdpRelay()
    {
        _ = Carry(_toPhone, _toMac, from => _phone = from, () => _mac, () => { });
        _ = Carry(_toMac, _toPhone, _ => { }, () => _phone, Count);
    }

    /// <summary>Where the Mac seems to be, for the phone.</summary>
    public int PortForPhone => Port(_toPhone);

    /// <summary>Where the phone seems to be, for the Mac.</summary>
    public int PortForMac => Port(_toMac);

    /// <summary>How many datagrams fell into the cut.</summary>
    public int Dropped => Volatile.Read(ref _dropped);

    /// <summary>Where the Mac really is.</summary>
    public void LeadTo(int macPort) => _mac = new IPEndPoint(IPAddress.Loopback, macPort);

    public void Cut() => _isCut = true;

    /// <summary>Lets some more datagrams through to the phone, then cuts; ends with the cut.</summary>
    public Task CutAfter(int datagrams)
    {
        var cut = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _left = datagrams;
        _cutting = cut;
        return cut.Task;
    }

    public void Mend()
    {
        _cutting = null;
        _isCut = false;
    }

    public void Dispose()
    {
        _end.Cancel();
        _toPhone.Dispose();
        _toMac.Dispose();
        _end.Dispose();
    }

    private void Count()
    {
        if (_cutting is not { } cut || --_left > 0)
        {
            return;
        }

        _isCut = true;
        cut.TrySetResult();
    }

    private async Task Carry(
        UdpClient from, UdpClient to, Action<IPEndPoint> seen, Func<IPEndPoint?> target, Action carried)
    {
        try
        {
            while (true)
            {
                var datagram = await from.ReceiveAsync(_end.Token);
                seen(datagram.RemoteEndPoint);
                if (_isCut || target() is not { } address)
                {
                    Interlocked.Increment(ref _dropped);
                    continue;
                }

                await to.SendAsync(datagram.Buffer, address, _end.Token);
                carried();
            }
        }
        catch (Exception problem) when (problem is OperationCanceledException or ObjectDisposedException)
        {
            // The relay ends.
        }
    }

    private static int Port(UdpClient socket) => ((IPEndPoint)socket.Client.LocalEndPoint!).Port;
}
