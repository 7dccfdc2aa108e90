using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Sctp.Association;

namespace QuicPair.Rtc.Channels;

/// <summary>Turns the association's events into those of channels: opening, messages, closing.</summary>
internal sealed class ChannelEvents(SctpAssociation association, ChannelTable channels)
{
    private static readonly byte[] Ack = [(byte)DcepMessageType.Ack];

    private readonly Queue<ChannelEvent> _pending = new();
    private readonly EarlyData _early = new();
    private bool _isConnected;

    public bool TryTake(out ChannelEvent happened)
    {
        while (!_pending.TryDequeue(out happened))
        {
            if (!association.TryTake(out var source))
            {
                return false;
            }

            if (source.Kind == AssociationEventKind.Message && TryDeliver(source, out happened))
            {
                return true;
            }

            if (source.Kind != AssociationEventKind.Message)
            {
                Handle(source);
            }
        }

        return true;
    }

    /// <summary>Takes note of a channel of ours, which is open as soon as the association is.</summary>
    public void OnLocalChannel(Channel channel)
    {
        if (_isConnected)
        {
            Announce(channel);
        }
    }

    /// <summary>Starts to close our side of a channel (RFC 8831 section 6.7).</summary>
    public void RequestReset(Channel channel)
    {
        if (!channel.IsResetRequested)
        {
            channel.IsResetRequested = true;
            association.ResetStream(channel.Id);
        }
    }

    private void Handle(in AssociationEvent source)
    {
        switch (source.Kind)
        {
            case AssociationEventKind.Established:
                OnEstablished();
                break;
            case AssociationEventKind.PeerReset:
                OnPeerReset(source.Stream);
                break;
            case AssociationEventKind.PeerResetAll:
                // Those that were reset before have nothing left to do, however often the peer says so.
                foreach (var channel in channels.All.Where(channel => !channel.IsPeerReset).ToArray())
                {
                    OnPeerReset(channel.Id);
                }

                break;
            case AssociationEventKind.ResetDone:
                if (channels.Find(source.Stream) is { } reset)
                {
                    reset.IsLocalReset = true;
                    CloseIfDone(reset);
                }

                break;
            case AssociationEventKind.Ended:
                OnEnded(source.End);
                break;
        }
    }

    private void OnEstablished()
    {
        _isConnected = true;
        _pending.Enqueue(new ChannelEvent(ChannelEventKind.Connected));
        foreach (var channel in channels.All)
        {
            Announce(channel);
            if (channel.IsResetRequested)
            {
                association.ResetStream(channel.Id);
            }
        }
    }

    private bool TryDeliver(in AssociationEvent source, out ChannelEvent happened)
    {
        happened = default;
        if (source.PayloadProtocol == (uint)PayloadProtocol.Dcep)
        {
            HandleDcep(source.Stream, source.Payload.Span);
            return false;
        }

        if (channels.Find(source.Stream) is not { } channel)
        {
            _early.Keep(source.Stream, source.PayloadProtocol, source.Payload.Span);
            return false;
        }

        channel.IsKnownToPeer = true;
        return TryFormat(source.Stream, source.PayloadProtocol, source.Payload, out happened);
    }

    private static bool TryFormat(
        StreamId id, uint payloadProtocol, ReadOnlyMemory<byte> payload, out ChannelEvent happened)
    {
        var protocol = (PayloadProtocol)payloadProtocol;
        var isEmpty = protocol is PayloadProtocol.TextEmpty or PayloadProtocol.BinaryEmpty;
        var isText =
            protocol is PayloadProtocol.Text or PayloadProtocol.TextPartial or PayloadProtocol.TextEmpty;
        happened = new ChannelEvent(ChannelEventKind.Message, id, isEmpty ? default : payload, isText);
        return isText || protocol is PayloadProtocol.Binary or PayloadProtocol.BinaryPartial
            or PayloadProtocol.BinaryEmpty;
    }

    private void HandleDcep(StreamId id, ReadOnlySpan<byte> message)
    {
        if (message.Length > 0 && message[0] == (byte)DcepMessageType.Ack)
        {
            if (channels.Find(id) is { } acknowledged)
            {
                acknowledged.IsKnownToPeer = true;
            }

            return;
        }

        if (!DcepOpen.TryParse(message, out var parameters) || !IsFree(id))
        {
            return;
        }

        var channel = new Channel(id, parameters!, isRemote: true);
        if (!channels.IsPeerId(id) || !channels.HasRoomFor(parameters!))
        {
            // "If ... the Stream Identifier is not valid ..., the channel MUST be closed" (RFC 8832 section
            // 6).
            association.RefuseStream(id);
            return;
        }

        channels.Add(channel);
        association.Send(id, Ack, PayloadProtocol.Dcep, default);
        Announce(channel);
        while (_early.TryTake(id, out var payloadProtocol, out var payload))
        {
            if (TryFormat(id, payloadProtocol, payload, out var early))
            {
                _pending.Enqueue(early);
            }
        }
    }

    // A peer that opens a channel on a stream which it has reset has acknowledged our reset too, whether or
    // not that has arrived.
    private bool IsFree(StreamId id)
    {
        if (channels.Find(id) is { IsPeerReset: true } former && association.ConfirmReset(id))
        {
            former.IsLocalReset = true;
            CloseIfDone(former);
        }

        return channels.Find(id) is null;
    }

    private void OnPeerReset(StreamId id)
    {
        _early.Forget(id);
        if (channels.Find(id) is not { IsPeerReset: false } channel)
        {
            return;
        }

        channel.IsPeerReset = true;
        if (!channel.IsResetRequested)
        {
            _pending.Enqueue(new ChannelEvent(ChannelEventKind.Closing, id));
        }

        // Without our own reset in answer the peer's channel stays "closing" for ever.
        RequestReset(channel);
        CloseIfDone(channel);
    }

    private void CloseIfDone(Channel channel)
    {
        if (channel is { IsLocalReset: true, IsPeerReset: true })
        {
            channels.Remove(channel);
            _pending.Enqueue(new ChannelEvent(ChannelEventKind.Closed, channel.Id));
        }
    }

    private void OnEnded(AssociationEnd end)
    {
        foreach (var channel in channels.All)
        {
            _pending.Enqueue(new ChannelEvent(ChannelEventKind.Closed, channel.Id));
        }

        channels.Clear();
        _pending.Enqueue(new ChannelEvent(ChannelEventKind.Disconnected, End: end));
    }

    private void Announce(Channel channel)
    {
        if (!channel.IsAnnounced)
        {
            channel.IsAnnounced = true;
            _pending.Enqueue(new ChannelEvent(
                ChannelEventKind.Opened,
                channel.Id,
                Parameters: channel.Parameters,
                IsRemote: channel.IsRemote));
        }
    }
}
