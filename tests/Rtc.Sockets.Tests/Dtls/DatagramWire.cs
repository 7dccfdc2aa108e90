using System.Threading.Channels;

namespace QuicPair.Rtc.Sockets.Tests.Dtls;

/// <summary>Two queues of datagrams between our end and one of another make.</summary>
internal sealed class DatagramWire
{
    private readonly Channel<byte[]> _toThem = Channel.CreateUnbounded<byte[]>();
    private readonly Channel<byte[]> _toUs = Channel.CreateUnbounded<byte[]>();

    /// <summary>What we write and they read.</summary>
    public Channel<byte[]> ToThem => _toThem;

    /// <summary>What they write and we read.</summary>
    public Channel<byte[]> ToUs => _toUs;
}
