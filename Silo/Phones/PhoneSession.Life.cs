namespace QuicPair.Silo.Phones;

/// <summary>Becoming live and the end.</summary>
internal sealed partial class PhoneSession
{
    /// <summary>
    /// The phone proved that it has the keys. Its record is looked at again under the lock that revocation takes; false
    /// when it is gone.
    /// </summary>
    private bool BecomeLive()
    {
        var record = _pairing?.Record ?? _terms.Offer.Record;
        var admitted = _outcome!.IsAdmitted && record is not null && _parts.Keys.Commit(record)
            && _parts.Keys.IfAdmitted(record, Enter);
        if (!admitted) Fatal();
        return admitted;
    }

    private void Enter()
    {
        _isLive = true;
        Since = _parts.Time.GetUtcNow();
        _parts.Live.Enter(this);
        _parts.Answers.Connected(Device);
        _live.TrySetResult();
        _parts.News.Changed(Device);
    }

    /// <summary>Erases the keys.</summary>
    public void Dispose()
    {
        _secure?.Dispose();
        _outcome?.Transport.Dispose();
        _closeLimit?.Dispose();
        _end.Dispose();
    }

    private async Task Finish()
    {
        try
        {
            await Leave();
        }
        finally
        {
            _ended.TrySetResult();
        }

        await Flush();
        _channel.Close();
    }

    private async Task Leave()
    {
        _events.Writer.TryComplete();
        await _end.CancelAsync();
        _requests.End();
        Dispose();
        if (_isLive)
        {
            _parts.Live.Leave(this);
            _parts.Answers.Disconnected(Device);
            _parts.News.Changed(Device);
        }
    }

    /// <summary>
    /// What was said last, an error or a close frame, has a second to leave, from when it was to be said.
    /// </summary>
    private async Task Flush()
    {
        var spent = _closingSince is { } since ? _parts.Time.GetElapsedTime(since) : TimeSpan.Zero;
        var left = spent < PhoneTimings.Flush ? PhoneTimings.Flush - spent : TimeSpan.Zero;
        try
        {
            await _channel.BufferedAmountBelow(0, CancellationToken.None).WaitAsync(left, _parts.Time);
        }
        catch (TimeoutException)
        {
            // The phone does not listen.
        }
    }
}
