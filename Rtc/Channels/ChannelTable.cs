using QuicPair.Rtc.Sctp;

namespace QuicPair.Rtc.Channels;

/// <summary>The channels of a connection by id, and the choice of ids (RFC 8832 section 6).</summary>
internal sealed class ChannelTable(bool isDtlsClient)
{
    // Ours: a peer may not make us remember more; RFC 8831 has 65535.
    private const int ChannelsMax = 1024;

    // Ours: labels and protocols, which may have 65,535 bytes each, of all channels together.
    private const int TextLengthMax = 256 * 1024;

    // "65535 ... is reserved": RFC 8832 section 6 excludes it.
    private const int IdMax = 65_534;

    private readonly SortedDictionary<ushort, Channel> _channels = [];

    // "the side that acts as the DTLS client MUST use even Stream Identifiers".
    private readonly int _parity = isDtlsClient ? 0 : 1;

    private int _textLength;

    public IEnumerable<Channel> All => _channels.Values;

    public bool IsFull => _channels.Count >= ChannelsMax;

    /// <summary>Whether a channel that the peer opens finds room.</summary>
    public bool HasRoomFor(ChannelParameters parameters) =>
        !IsFull && _textLength + TextLengthOf(parameters) <= TextLengthMax;

    public bool IsPeerId(StreamId id) => id.Value <= IdMax && id.Value % 2 != _parity;

    public Channel? Find(StreamId id) => _channels.GetValueOrDefault(id.Value);

    public void Add(Channel channel)
    {
        _channels.Add(channel.Id.Value, channel);
        _textLength += TextLengthOf(channel.Parameters);
    }

    public void Remove(Channel channel)
    {
        if (_channels.Remove(channel.Id.Value)) _textLength -= TextLengthOf(channel.Parameters);
    }

    public void Clear()
    {
        _channels.Clear();
        _textLength = 0;
    }

    /// <summary>The id for a new channel of ours; null if it is taken or none is left.</summary>
    public StreamId? Choose(StreamId? negotiated)
    {
        if (IsFull)
        {
            return null;
        }

        if (negotiated is { } id)
        {
            return id.Value <= IdMax && Find(id) is null ? id : null;
        }

        for (var candidate = _parity; candidate <= IdMax; candidate += 2)
        {
            if (!_channels.ContainsKey((ushort)candidate))
            {
                return new StreamId((ushort)candidate);
            }
        }

        return null;
    }

    private static int TextLengthOf(ChannelParameters parameters) =>
        parameters.Label.Length + parameters.Protocol.Length;
}
