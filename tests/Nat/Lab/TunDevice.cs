using System.Runtime.InteropServices;
using System.Text;

namespace QuicPair.Nat.Lab;

/// <summary>A network device whose packets this process carries; it can be moved to a namespace.</summary>
internal sealed class TunDevice : IDisposable
{
    // IFF_TUN | IFF_NO_PI: bare IP packets, with their checksums filled in.
    private const short BareIp = 0x1001;
    private bool _isClosed;

    private TunDevice(int descriptor, string name) => (Descriptor, Name) = (descriptor, name);

    public int Descriptor { get; }

    public string Name { get; }

    /// <exception cref="LabException">There is no such device here.</exception>
    public static TunDevice Open(string name)
    {
        var flags = Native.ReadWrite | Native.NonBlocking | Native.CloseOnExec;
        var descriptor = Native.Open("/dev/net/tun", flags);
        if (descriptor < 0) throw new LabException($"/dev/net/tun: {Marshal.GetLastPInvokeErrorMessage()}");
        Span<byte> request = stackalloc byte[Native.RequestLength];
        request.Clear();
        Encoding.ASCII.GetBytes(name, request[..15]);
        MemoryMarshal.Write(request[16..], BareIp);
        if (Native.Attach(descriptor, request) == 0) return new TunDevice(descriptor, name);
        var problem = Marshal.GetLastPInvokeErrorMessage();
        _ = Native.Close(descriptor);
        throw new LabException($"TUN device {name}: {problem}");
    }

    /// <summary>Takes one packet; 0 when there is none.</summary>
    public int Read(Span<byte> buffer) => (int)Math.Max(0, Native.Read(Descriptor, buffer, (nuint)buffer.Length));

    /// <summary>Gives one packet to the kernel; a device that is down or gone loses it.</summary>
    public void Write(ReadOnlySpan<byte> packet) => _ = Native.Write(Descriptor, packet, (nuint)packet.Length);

    public void Dispose()
    {
        if (_isClosed) return;
        _isClosed = true;
        _ = Native.Close(Descriptor);
    }
}
