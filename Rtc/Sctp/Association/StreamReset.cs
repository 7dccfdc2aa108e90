using System.Buffers.Binary;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp.Chunks;
using QuicPair.Rtc.Sctp.Parameters;

namespace QuicPair.Rtc.Sctp.Association;

/// <summary>
/// Resets streams, ours and the peer's (RFC 6525): how data channels are closed (RFC 8831 section 6.7).
/// </summary>
internal sealed class StreamReset(AssociationContext context, ControlBlock control)
{
    // Ours: as many streams as one request names; further ones go into the next.
    private const int StreamsPerRequestMax = 64;

    // Ours: refusals that may wait; a channel of our own always finds room.
    private const int RefusalsMax = 64;

    // From RFC 6525 section 3.1: a chunk has one or two parameters.
    private const int ParametersMax = 2;

    private readonly List<StreamId> _wanted = [];
    private readonly List<StreamId> _requested = [];
    private readonly PeerResets _peer = new(context, control);
    private uint _requestNumber = control.Peer.LocalInitialTsn.Value;
    private Tsn _lastAssigned;
    private bool _isRequestOwed;
    private int _tries;

    /// <summary>Streams whose reset is wanted or asked for, for tests.</summary>
    public int OpenCount => _wanted.Count + _requested.Count;

    /// <summary>When an unanswered request goes out again.</summary>
    public Instant? Deadline { get; private set; }

    /// <summary>The number that the peer's next request has to have, for tests.</summary>
    public uint ExpectedRequest => unchecked(_peer.LastRequestNumber + 1);

    /// <summary>
    /// Asks for a reset of our side of <paramref name="stream"/> once all it was given has arrived.
    /// </summary>
    public void Request(StreamId stream)
    {
        if (!_wanted.Contains(stream) && !_requested.Contains(stream))
        {
            _wanted.Add(stream);
        }
    }

    /// <summary>Asks for a reset of a stream that nothing was sent on, unless many such wait already.</summary>
    public void Refuse(StreamId stream)
    {
        if (_wanted.Count < RefusalsMax)
        {
            Request(stream);
        }
    }

    /// <summary>
    /// Takes the request about <paramref name="stream"/> as answered, because the peer uses the stream again:
    /// its answer was lost. Says nothing about this stream; false if no request about it is open.
    /// </summary>
    public bool Confirm(StreamId stream)
    {
        if (!_requested.Remove(stream))
        {
            return false;
        }

        context.Queue.Stream(stream).NextSsn = default;
        Conclude();
        return true;
    }

    public void HandleTimeout(Instant now)
    {
        if (Deadline is { } deadline && now >= deadline)
        {
            Deadline = null;
            _isRequestOwed = true;
        }
    }

    /// <summary>Takes a RE-CONFIG chunk; false if it is malformed.</summary>
    public bool Handle(Instant now, in ReconfigChunk reconfig)
    {
        var reader = new ParameterReader(reconfig.Parameters);
        for (var count = 0; reader.HasMore; count++)
        {
            if (count == ParametersMax || !reader.TryRead(out var type, out var parameter))
            {
                return false;
            }

            if (type != ParameterType.ReconfigResponse)
            {
                if (!_peer.Handle(type, parameter))
                {
                    return false;
                }
            }
            else if (!ReconfigResponseParameter.TryParse(parameter, out var response))
            {
                return false;
            }
            else
            {
                HandleResponse(now, response);
            }
        }

        return true;
    }

    /// <summary>Looks whether a reset of the peer that had to wait for data can be done.</summary>
    public void OnCumulativeTsn() => _peer.OnCumulativeTsn();

    /// <summary>
    /// Writes answers and requests that are owed, in one chunk as RFC 6525 section 3.1 allows.
    /// </summary>
    public void Write(Instant now, ref PacketWriter writer)
    {
        PrepareRequest();
        Span<byte> parameters = stackalloc byte[
            (2 * ReconfigResponseParameter.Length) + OutgoingResetParameter.HeaderLength
            + (2 * StreamsPerRequestMax)];
        var length = _peer.WriteAnswers(parameters);
        if (_isRequestOwed)
        {
            length += WriteRequest(parameters[length..]);
        }

        if (length == 0)
        {
            return;
        }

        var chunk = new ReconfigChunk { Parameters = parameters[..length] };
        if (!writer.TryReserve(chunk.Length, out var destination))
        {
            return;
        }

        chunk.Write(destination);
        _peer.OnAnswersSent();
        if (_isRequestOwed)
        {
            _isRequestOwed = false;
            _tries++;
            Deadline = now + (control.Sender.RoundTrip.Timeout * Math.Min(_tries, 8));
        }
    }

    // "an endpoint MUST NOT have more than one outstanding request".
    private void PrepareRequest()
    {
        if (_requested.Count > 0 || _wanted.Count == 0)
        {
            return;
        }

        if (!control.Peer.Capabilities.Reconfig)
        {
            Finish(_wanted);
            return;
        }

        for (var index = 0; index < _wanted.Count && _requested.Count < StreamsPerRequestMax;)
        {
            if (context.Queue.Stream(_wanted[index]).IsDrained)
            {
                _requested.Add(_wanted[index]);
                _wanted.RemoveAt(index);
            }
            else
            {
                index++;
            }
        }

        if (_requested.Count > 0)
        {
            _isRequestOwed = true;
            _tries = 0;
            _lastAssigned = control.Sender.LastAssignedTsn;
        }
    }

    private int WriteRequest(Span<byte> destination)
    {
        Span<byte> streams = stackalloc byte[2 * StreamsPerRequestMax];
        for (var index = 0; index < _requested.Count; index++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(streams[(2 * index)..], _requested[index].Value);
        }

        var reset = new OutgoingResetParameter
        {
            RequestNumber = _requestNumber,
            ResponseNumber = _peer.LastRequestNumber,
            LastAssignedTsn = _lastAssigned,
            Streams = streams[..(2 * _requested.Count)],
        };
        reset.Write(destination);
        return reset.Length;
    }

    private void HandleResponse(Instant now, ReconfigResponseParameter response)
    {
        if (_requested.Count == 0 || response.ResponseNumber != _requestNumber)
        {
            return;
        }

        if (response.Result is ReconfigResult.InProgress or ReconfigResult.AlreadyInProgress)
        {
            Deadline = now + control.Sender.RoundTrip.Timeout;
            return;
        }

        Conclude();
    }

    private void Conclude()
    {
        _requestNumber++;
        _isRequestOwed = false;
        Deadline = null;
        Finish(_requested);
    }

    private void Finish(List<StreamId> streams)
    {
        foreach (var id in streams)
        {
            context.Queue.Stream(id).NextSsn = default;
            context.Queue.Forget(id);
            context.Emit(new AssociationEvent(AssociationEventKind.ResetDone, id));
        }

        streams.Clear();
    }
}
