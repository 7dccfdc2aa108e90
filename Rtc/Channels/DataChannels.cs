using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Sctp.Association;

namespace QuicPair.Rtc.Channels;

/// <summary>
/// The data channels of one connection over SCTP (RFC 8831, RFC 8832); its datagrams are the payload of DTLS.
/// After each call that changes something, take events until there are none and then packets until there are
/// none.
/// </summary>
public sealed class DataChannels
{
    private readonly SctpAssociation _association;
    private readonly ChannelTable _channels;
    private readonly ChannelEvents _events;
    private readonly int _remoteMessageLengthMax;

    /// <summary>
    /// Creates the channels of a connection that is not up yet; channels may be opened at once.
    /// </summary>
    /// <param name="options">The settings of the association.</param>
    /// <param name="entropy">Where tags and keys come from.</param>
    /// <param name="isDtlsClient">Whether we are the DTLS client, which decides about ids.</param>
    public DataChannels(SctpOptions options, IEntropy entropy, bool isDtlsClient)
        : this(options, entropy, isDtlsClient, own: null)
    {
    }

    /// <summary>With the tag and the first TSN that our description has told.</summary>
    internal DataChannels(SctpOptions options, IEntropy entropy, bool isDtlsClient, SctpInit? own)
    {
        _association = new SctpAssociation(options, entropy, own);
        _channels = new ChannelTable(isDtlsClient);
        _events = new ChannelEvents(_association, _channels);
        _remoteMessageLengthMax = options.RemoteMessageLengthMax;
    }

    /// <summary>The counters of the association.</summary>
    public SctpStatistics Statistics => _association.Statistics;

    /// <summary>
    /// When <see cref="HandleTimeout"/> has to be called; ask again after every call. Null for never.
    /// </summary>
    public Instant? NextTimeout => _association.NextTimeout;

    /// <summary>The association, for tests.</summary>
    internal SctpAssociation Association => _association;

    /// <summary>
    /// Starts the association; call when DTLS is up, or a moment before and then again.
    /// </summary>
    /// <param name="now">The time.</param>
    public void Connect(Instant now) => _association.Connect();

    /// <summary>
    /// Starts the association without a handshake: the descriptions had INIT. Call when DTLS is up.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="peer">The peer's INIT.</param>
    /// <param name="roundTrip">The round trip time of the path, if it was measured.</param>
    internal void Connect(Instant now, SctpInit peer, TimeSpan? roundTrip) =>
        _association.Establish(now, peer, roundTrip);

    /// <summary>Takes the payload of a DTLS record. Whatever it is, it does not throw.</summary>
    /// <param name="now">The time.</param>
    /// <param name="packet">An SCTP packet.</param>
    public void HandleDatagram(Instant now, ReadOnlySpan<byte> packet) =>
        _association.HandleDatagram(now, packet);

    /// <summary>Does what is due; call when <see cref="NextTimeout"/> has come.</summary>
    /// <param name="now">The time.</param>
    public void HandleTimeout(Instant now) => _association.HandleTimeout(now);

    /// <summary>Packets take another path from now on, or the one there was answers again.</summary>
    internal void PathChanged(Instant now) => _association.PathChanged(now);

    /// <summary>Writes the next packet to send; call until it returns false.</summary>
    /// <param name="now">The time.</param>
    /// <param name="destination">At least <see cref="SctpOptions.PacketLengthMax"/> bytes.</param>
    /// <param name="length">The packet's length in bytes.</param>
    public bool TryTransmit(Instant now, Span<byte> destination, out int length) =>
        _association.TryTransmit(now, destination, out length);

    /// <summary>
    /// Takes the next event; call until it returns false, before <see cref="TryTransmit"/>.
    /// </summary>
    /// <param name="happened">The event; a message in it is valid until the next call.</param>
    public bool TryTake(out ChannelEvent happened) => _events.TryTake(out happened);

    /// <summary>Opens a channel; messages may be sent on it at once and travel with the request.</summary>
    /// <param name="now">The time.</param>
    /// <param name="parameters">The channel.</param>
    /// <param name="id">Its id.</param>
    /// <returns>False if the connection is over, or no id is left, or the negotiated one is taken.</returns>
    public bool TryOpen(Instant now, ChannelParameters parameters, out StreamId id)
    {
        id = default;
        if (!_association.IsOpen
            || DcepOpen.Length(parameters) > Math.Min(_remoteMessageLengthMax, ushort.MaxValue)
            || _channels.Choose(parameters.NegotiatedId) is not { } chosen)
        {
            return false;
        }

        id = chosen;
        var channel = new Channel(id, parameters, isRemote: false);
        _channels.Add(channel);
        if (parameters.NegotiatedId is null)
        {
            // "MUST be sent ... using reliable and ordered delivery".
            var open = new byte[DcepOpen.Length(parameters)];
            DcepOpen.Write(open, parameters);
            _association.Send(id, open, PayloadProtocol.Dcep, default);
        }

        _events.OnLocalChannel(channel);
        return true;
    }

    /// <summary>Queues a message.</summary>
    /// <param name="now">The time.</param>
    /// <param name="id">The channel.</param>
    /// <param name="payload">The message, which is copied; may be empty.</param>
    /// <param name="text">Whether it is UTF-8 text.</param>
    public SendOutcome Send(Instant now, StreamId id, ReadOnlySpan<byte> payload, bool text = false)
    {
        if (_channels.Find(id) is not { AcceptsMessages: true } channel)
        {
            return SendOutcome.Closed;
        }

        var parameters = channel.Parameters;

        // "before the DATA_CHANNEL_ACK ... messages MUST be sent ordered" (RFC 8832 section 6).
        var unordered = !parameters.Ordered && channel.IsKnownToPeer;
        var expires = parameters.LifetimeMax is { } lifetime ? now + lifetime : (Instant?)null;
        var reliability = new Reliability(unordered, expires, parameters.RetransmissionsMax);

        // SCTP has no empty messages: one zero byte under a name of its own (RFC 8831 section 6.6).
        return payload.IsEmpty
            ? _association.Send(
                id, [0], text ? PayloadProtocol.TextEmpty : PayloadProtocol.BinaryEmpty, reliability)
            : _association.Send(
                id, payload, text ? PayloadProtocol.Text : PayloadProtocol.Binary, reliability);
    }

    /// <summary>
    /// Bytes handed to <see cref="Send"/> that were not sent yet, as W3C's <c>bufferedAmount</c>.
    /// </summary>
    /// <param name="id">The channel.</param>
    public long BufferedAmount(StreamId id) => _association.BufferedAmount(id);

    /// <summary>Closes a channel once all its messages have arrived.</summary>
    /// <param name="now">The time.</param>
    /// <param name="id">The channel.</param>
    public void CloseChannel(Instant now, StreamId id)
    {
        if (_channels.Find(id) is { } channel)
        {
            _events.RequestReset(channel);
        }
    }

    /// <summary>Ends the association in order: everything sent arrives first.</summary>
    /// <param name="now">The time.</param>
    public void Close(Instant now) => _association.Shutdown(now);

    /// <summary>Ends the association at once.</summary>
    /// <param name="now">The time.</param>
    public void Abort(Instant now) => _association.Abort();
}
