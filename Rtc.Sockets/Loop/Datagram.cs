using System.Net;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Sockets.Loop;

/// <summary>A buffer for one received datagram and its sender, used again and again.</summary>
internal sealed class Datagram(SocketAddress sender)
{
    // Ours: more than any datagram of a data channel; longer ones are cut and fail to authenticate.
    private const int Capacity = 2_048;

    private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(Capacity, pinned: true);

    /// <summary>Where the socket writes the sender.</summary>
    public SocketAddress SocketAddress { get; } = sender;

    public Span<byte> Buffer => _bytes;

    public int Length { get; set; }

    public ReadOnlySpan<byte> Payload => _bytes.AsSpan(0, Length);

    public TransportAddress Sender => SocketAddresses.Read(SocketAddress);
}
