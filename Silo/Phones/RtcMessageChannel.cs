using QuicPair.Rtc.Sockets;

namespace QuicPair.Silo.Phones;

/// <summary>A WebRTC data channel as a session sees it.</summary>
internal sealed class RtcMessageChannel(DataChannel channel) : IMessageChannel
{
    public long BufferedAmount => channel.BufferedAmount;

    public Task Closed => channel.Closed;

    public Action<ReadOnlyMemory<byte>, bool>? OnMessage
    {
        set => channel.OnMessage = value;
    }

    public bool TrySend(ReadOnlySpan<byte> message) => channel.TrySend(message);

    public Task BufferedAmountBelow(long bytes, CancellationToken cancellation) =>
        channel.BufferedAmountBelow(bytes, cancellation);

    public void Close() => channel.Close();
}
