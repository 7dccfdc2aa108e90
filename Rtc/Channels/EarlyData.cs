using QuicPair.Rtc.Sctp;

namespace QuicPair.Rtc.Channels;

/// <summary>
/// Messages on streams whose DATA_CHANNEL_OPEN has not arrived: possible when the channel is unordered
/// (RFC 8832 section 6). Bounded; what does not fit is dropped.
/// </summary>
internal sealed class EarlyData
{
    private const int BytesMax = 256 * 1024;
    private const int MessagesMax = 64;

    private readonly List<(StreamId Id, uint PayloadProtocol, byte[] Payload)> _messages = [];
    private int _bytes;

    /// <summary>Messages dropped because too many came early.</summary>
    public int Dropped { get; private set; }

    public void Keep(StreamId id, uint payloadProtocol, ReadOnlySpan<byte> payload)
    {
        if (_messages.Count == MessagesMax || _bytes + payload.Length > BytesMax)
        {
            Dropped++;
            return;
        }

        _messages.Add((id, payloadProtocol, payload.ToArray()));
        _bytes += payload.Length;
    }

    /// <summary>Takes the oldest message for <paramref name="id"/>.</summary>
    public bool TryTake(StreamId id, out uint payloadProtocol, out byte[] payload)
    {
        var index = 0;
        while (index < _messages.Count && _messages[index].Id != id)
        {
            index++;
        }

        if (index == _messages.Count)
        {
            (payloadProtocol, payload) = (0, []);
            return false;
        }

        (_, payloadProtocol, payload) = _messages[index];
        _bytes -= payload.Length;
        _messages.RemoveAt(index);
        return true;
    }

    public void Forget(StreamId id)
    {
        while (TryTake(id, out _, out _))
        {
        }
    }
}
