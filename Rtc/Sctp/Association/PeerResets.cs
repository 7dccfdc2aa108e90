using System.Buffers.Binary;
using QuicPair.Rtc.Sctp.Parameters;

namespace QuicPair.Rtc.Sctp.Association;

/// <summary>Answers the peer's re-configuration requests (RFC 6525 section 5.2).</summary>
internal sealed class PeerResets(AssociationContext context, ControlBlock control)
{
    private const int RequestLengthMin = 8;

    private readonly List<StreamId> _deferredStreams = [];
    private readonly List<ReconfigResponseParameter> _answers = [];
    private ReconfigResponseParameter? _lastAnswer;
    private (uint Request, Tsn LastAssigned)? _deferred;

    /// <summary>The number of the last request that was accepted.</summary>
    public uint LastRequestNumber { get; private set; } = unchecked(control.Peer.PeerInitialTsn.Value - 1);

    /// <summary>Takes a request; false if it is malformed.</summary>
    public bool Handle(ParameterType type, ReadOnlySpan<byte> parameter)
    {
        if (parameter.Length < RequestLengthMin)
        {
            return false;
        }

        var number = BinaryPrimitives.ReadUInt32BigEndian(parameter[4..]);
        if (number == LastRequestNumber && _lastAnswer is { } last)
        {
            // "If the Re-configuration Request Sequence Number is the last one ... answer with the same
            // result".
            Owe(last);
            return true;
        }

        if (number != unchecked(LastRequestNumber + 1))
        {
            Owe(new ReconfigResponseParameter(number, ReconfigResult.BadSequenceNumber));
            return true;
        }

        if (type != ParameterType.OutgoingReset)
        {
            Answer(number, ReconfigResult.Denied);
            return true;
        }

        if (!OutgoingResetParameter.TryParse(parameter, out var reset))
        {
            return false;
        }

        HandleReset(number, reset);
        return true;
    }

    /// <summary>Does a deferred reset when all data before it has arrived.</summary>
    public void OnCumulativeTsn()
    {
        if (_deferred is { } deferred && deferred.LastAssigned <= control.Tracker.Cumulative)
        {
            _deferred = null;
            Perform();
            Answer(deferred.Request, ReconfigResult.Performed);
        }
    }

    /// <summary>Writes the answers that are owed and returns their length.</summary>
    public int WriteAnswers(Span<byte> destination)
    {
        var length = 0;
        foreach (var answer in _answers)
        {
            answer.Write(destination[length..]);
            length += ReconfigResponseParameter.Length;
        }

        return length;
    }

    public void OnAnswersSent() => _answers.Clear();

    private void HandleReset(uint number, in OutgoingResetParameter reset)
    {
        _deferredStreams.Clear();
        for (var index = 0; index < reset.StreamCount; index++)
        {
            _deferredStreams.Add(reset.Stream(index));
        }

        if (reset.LastAssignedTsn > control.Tracker.Cumulative)
        {
            _deferred = (number, reset.LastAssignedTsn);
            Answer(number, ReconfigResult.InProgress);
            return;
        }

        _deferred = null;
        Perform();
        Answer(number, ReconfigResult.Performed);
    }

    private void Perform()
    {
        context.DrainMessages(control);
        if (_deferredStreams.Count == 0)
        {
            control.Reassembly.ResetAll();
            context.Emit(new AssociationEvent(AssociationEventKind.PeerResetAll));
        }

        foreach (var stream in _deferredStreams)
        {
            control.Reassembly.Reset(stream);
            context.Emit(new AssociationEvent(AssociationEventKind.PeerReset, stream));
        }

        _deferredStreams.Clear();
    }

    private void Answer(uint number, ReconfigResult result)
    {
        LastRequestNumber = number;
        _lastAnswer = new ReconfigResponseParameter(number, result);
        Owe(_lastAnswer.Value);
    }

    // A chunk holds two answers; the newest are the ones the peer waits for.
    private void Owe(ReconfigResponseParameter answer)
    {
        for (var index = _answers.Count - 1; index >= 0; index--)
        {
            if (_answers[index].ResponseNumber == answer.ResponseNumber)
            {
                _answers.RemoveAt(index);
            }
        }

        if (_answers.Count == 2)
        {
            _answers.RemoveAt(0);
        }

        _answers.Add(answer);
    }
}
