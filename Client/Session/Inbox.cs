using System.Threading.Channels;
using QuicPair.Rtc.Sockets;

namespace QuicPair.Client.Session;

/// <summary>
/// The one queue that every message of the channel goes through (QP/1 section 4). A text message ends it: only binary
/// ones are allowed.
/// </summary>
internal sealed class Inbox
{
    // Far more than the Mac may have under way; whoever sends more is not a Mac.
    private const int Capacity = 4096;

    private readonly Channel<byte[]> _messages = Channel.CreateBounded<byte[]>(
        new BoundedChannelOptions(Capacity) { SingleReader = true });

    public Inbox(DataChannel channel)
    {
        channel.OnMessage = Take;
        _ = CompleteWith(channel.Closed);
    }

    public ChannelReader<byte[]> Reader => _messages.Reader;

    /// <summary>Takes nothing more; what has come is still read.</summary>
    public void Complete() => _messages.Writer.TryComplete();

    private async Task CompleteWith(Task closed)
    {
        await closed;
        _messages.Writer.TryComplete();
    }

    private void Take(ReadOnlyMemory<byte> message, bool text)
    {
        if (text || !_messages.Writer.TryWrite(message.ToArray()))
        {
            _messages.Writer.TryComplete(new ConnectException(ConnectFailure.Protocol));
        }
    }
}
