using System.Net;
using System.Net.Sockets;
using System.Text;
using QuicPair.Nat.Lab;

namespace QuicPair.Links;

/// <summary>A bulk transfer over the kernel's TCP with Reno, from left to right.</summary>
internal sealed class RenoFlow : IDisposable
{
    // IPPROTO_TCP, TCP_CONGESTION of linux/tcp.h.
    private const int Tcp = 6;
    private const int CongestionOption = 13;

    private readonly Socket _listener;
    private readonly Socket _sender;
    private readonly Socket _receiver;
    private long _received;

    private RenoFlow(Socket listener, Socket sender, Socket receiver) =>
        (_listener, _sender, _receiver) = (listener, sender, receiver);

    /// <summary>Bytes that have arrived.</summary>
    public long Received => Interlocked.Read(ref _received);

    /// <exception cref="LabException">The kernel does not do Reno.</exception>
    public static RenoFlow Start(EmulatedLink link)
    {
        var listener = link.Right.Run(NewSocket);
        listener.Bind(new IPEndPoint(IPAddress.Parse(EmulatedLink.RightAddress), 0));
        listener.Listen();
        var sender = link.Left.Run(NewSocket);
        sender.SetRawSocketOption(Tcp, CongestionOption, "reno"u8);
        Span<byte> name = stackalloc byte[16];
        var length = sender.GetRawSocketOption(Tcp, CongestionOption, name);
        var chosen = Encoding.ASCII.GetString(name[..length]).TrimEnd('\0');
        if (chosen != "reno") throw new LabException($"TCP here uses {chosen}.");
        sender.Connect(listener.LocalEndPoint!);
        var flow = new RenoFlow(listener, sender, listener.Accept());
        Start(flow.Send);
        Start(flow.Receive);
        return flow;
    }

    public void Dispose()
    {
        _sender.Dispose();
        _receiver.Dispose();
        _listener.Dispose();
    }

    private static Socket NewSocket() => new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    private static void Start(Action loop) => new Thread(() => Until(loop)) { IsBackground = true }.Start();

    private static void Until(Action loop)
    {
        try
        {
            loop();
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            // The sockets were closed under it: the measurement is over.
        }
    }

    private void Send()
    {
        var data = new byte[64 * 1024];
        while (true) _sender.Send(data);
    }

    private void Receive()
    {
        var data = new byte[256 * 1024];
        while (_receiver.Receive(data) is > 0 and var length) Interlocked.Add(ref _received, length);
    }
}
