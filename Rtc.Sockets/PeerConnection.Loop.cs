using System.Runtime.CompilerServices;
using QuicPair.Rtc.Ice;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Session;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Sockets;

/// <summary>What the host's loop does with a connection. Guarded by the host's gate unless said otherwise.</summary>
public sealed partial class PeerConnection
{
    /// <summary>What the session has counted and timed.</summary>
    public PeerStatistics Statistics
    {
        get
        {
            lock (_host.Gate)
            {
                return new PeerStatistics
                {
                    Path = KindOf(_session.PathKind),
                    RoundTrip = _session.RoundTrip,
                    IceConnectedAfter = _session.IceConnectedAt - _createdAt,
                    DtlsConnectedAfter = _session.DtlsConnectedAt - _createdAt,
                    SctpConnectedAfter = _session.SctpConnectedAt - _createdAt,
                    DatagramsSent = _datagramsSent,
                    DatagramsReceived = _datagramsReceived,
                    DatagramsDropped = _session.DroppedDatagrams,
                    BytesSent = _bytesSent,
                    BytesReceived = _bytesReceived,
                };
            }
        }
    }

    private IReadOnlyList<IceCandidate> Candidates => _host.CandidatesFor(_isRelayOnly);

    /// <summary>
    /// Our addresses are different ones; with <paramref name="network"/> everything is checked anew.
    /// </summary>
    internal void UpdateCandidates(Instant now, bool network)
    {
        if (_isEnded) return;
        _session.UpdateCandidates(now, Candidates);
        if (network) _session.NetworkChanged(now);
    }

    internal string UserFragment => _session.UserFragment;

    /// <summary>Bytes of messages that wait for somebody to want them, of all channels.</summary>
    internal StrongBox<int> KeptBytes { get; } = new();

    /// <summary>That of the path before a restart, while it counts.</summary>
    internal string? FormerUserFragment => _session.FormerUserFragment;

    /// <summary>The user fragments under which the directory knows this peer: a restart adds one.</summary>
    internal List<string> Fragments { get; } = [];

    /// <summary>The addresses under which the directory knows this peer.</summary>
    internal List<TransportAddress> Addresses { get; } = [];

    /// <summary>For <see cref="Loop.Deadlines"/>.</summary>
    internal Instant? ScheduledFor { get; set; }

    /// <summary>Whether it waits for its turn to deliver.</summary>
    internal bool IsDirty { get; set; }

    internal void HandleDatagram(Instant now, NetworkPath path, ReadOnlySpan<byte> datagram)
    {
        if (_isEnded) return;
        _datagramsReceived++;
        _bytesReceived += datagram.Length;
        _session.HandleDatagram(now, path, datagram);
    }

    internal bool IsValidated(NetworkPath path) => !_isEnded && _session.IsValidated(path);

    internal void HandleTimeout(Instant now)
    {
        if (_isEnded) return;
        if (_giveUpAt <= now)
        {
            GiveUp(now);
            return;
        }

        _session.HandleTimeout(now);
        while (_closing.TryTakeOverdue(now, _session, out var channel))
        {
            if (_channels.Remove(channel.StreamId)) channel.OnClosed();
        }
    }

    /// <summary>Sends what the session wants to send.</summary>
    internal void Flush(Instant now)
    {
        if (_isEnded) return;
        Transmit(now);
        foreach (var channel in _channels.Values) channel.CheckWaiters(_session);
        _host.Schedule(now, this, Instant.Earliest(_session.NextTimeout, _giveUpAt, _closing.NextTimeout));
    }

    private void Transmit(Instant now)
    {
        var buffer = _host.SendBuffer;
        while (_session.TryTransmit(now, buffer, out var length, out var path))
        {
            _datagramsSent++;
            _bytesSent += length;
            _host.Send(now, this, buffer.AsSpan(0, length), path);
        }

        _host.FlushSends();
    }

    /// <summary>Hands over what has arrived. Called by the one thread that delivers, without the gate.</summary>
    internal void Deliver()
    {
        while (!TryDeliverAll())
        {
            // What is left goes to no handler any more.
        }
    }

    private bool TryDeliverAll()
    {
        try
        {
            DeliverAll();
            return true;
        }
        catch (Exception cause)
        {
            // A fault of one peer's handler is no reason to take the others' loop down.
            lock (_host.Gate) Fail(cause);
            return false;
        }
    }

    private void DeliverAll()
    {
        while (TryTakeListener(out var listener))
        {
            if (HandlerException is null) listener.DeliverKept();
        }

        while (TryTakeMessage(out var channel, out var message, out var text))
        {
            if (!channel.TryDeliver(message, text)) channel.Close();
        }

        while (TryTakeHealth(out var health))
        {
            if (HandlerException is null) OnPathHealth?.Invoke(health);
        }
    }

    private bool TryTakeHealth(out PathHealth health)
    {
        lock (_host.Gate) return _healthNews.TryDequeue(out health);
    }

    internal bool TrySend(DataChannel channel, ReadOnlySpan<byte> message, bool text)
    {
        lock (_host.Gate)
        {
            if (_isEnded || _isClosing) return false;
            if (_session.Send(_host.Now, channel.StreamId, message, text) != SendOutcome.Accepted) return false;
            _host.FlushOrDefer(this);
            return true;
        }
    }

    internal long BufferedAmount(DataChannel channel)
    {
        lock (_host.Gate) return _isEnded ? 0 : _session.BufferedAmount(channel.StreamId);
    }

    internal Task WaitForDrain(DataChannel channel, long bytes)
    {
        lock (_host.Gate)
        {
            if (_isEnded || channel.Closed.IsCompleted) return Task.CompletedTask;
            return _session.BufferedAmount(channel.StreamId) <= bytes ? Task.CompletedTask : channel.AddWaiter(bytes);
        }
    }

    internal void CloseChannel(DataChannel channel)
    {
        lock (_host.Gate)
        {
            if (_isEnded) return;
            var now = _host.Now;
            _closing.Add(now, channel, _session);
            _session.CloseChannel(now, channel.StreamId);
            _host.FlushOrDefer(this);
        }
    }

    /// <summary>Has what was kept for <paramref name="channel"/> handed over, now that somebody listens.</summary>
    internal void DeliverKeptSoon(DataChannel channel)
    {
        lock (_host.Gate) _newListeners.Enqueue(channel);
        _host.DeliverSoon(this);
    }

    private bool TryTakeListener(out DataChannel channel)
    {
        lock (_host.Gate) return _newListeners.TryDequeue(out channel!);
    }

    /// <summary>Ends a connection that took too long to come up.</summary>
    private void GiveUp(Instant now)
    {
        var reason = _session.State switch
        {
            SessionState.New or SessionState.FindingPath => PeerFailure.IceFailed,
            SessionState.Securing => PeerFailure.DtlsFailed,
            _ => PeerFailure.SctpFailed,
        };
        _session.Close(now);
        Transmit(now);
        End(reason);
    }

    private void Fail(Exception cause)
    {
        if (_isEnded) return;
        HandlerException ??= cause;
        _isClosing = true;
        var now = _host.Now;
        _session.Close(now);
        Flush(now);
    }

    /// <summary>Takes events until one is a message; it is valid until the next call.</summary>
    private bool TryTakeMessage(out DataChannel channel, out ReadOnlyMemory<byte> message, out bool text)
    {
        lock (_host.Gate)
        {
            while (!_isEnded && _session.TryTake(out var taken))
            {
                if (taken.Kind == SessionEventKind.Message && HandlerException is not null) continue;
                if (taken.Kind == SessionEventKind.Message && _channels.TryGetValue(taken.Channel, out channel!))
                {
                    (message, text) = (taken.Payload, taken.IsText);
                    return true;
                }

                Handle(taken);
            }
        }

        (channel, message, text) = (null!, default, false);
        return false;
    }

    private void Handle(SessionEvent taken)
    {
        switch (taken.Kind)
        {
            case SessionEventKind.StateChanged when taken.State == SessionState.Connected:
                _giveUpAt = null;
                break;
            case SessionEventKind.PathSilent:
                _healthNews.Enqueue(PathHealth.Silent);
                break;
            case SessionEventKind.PathAnswers:
                _healthNews.Enqueue(PathHealth.Working);
                break;
            case SessionEventKind.ChannelOpened:
                var channel = new DataChannel(this, taken.Channel, taken.Parameters!);
                _channels[taken.Channel] = channel;
                if (!_opened.Writer.TryWrite(channel)) _session.CloseChannel(_host.Now, taken.Channel);
                break;
            case SessionEventKind.ChannelClosed when _channels.Remove(taken.Channel, out var closed):
                closed.OnClosed();
                break;
            case SessionEventKind.Ended:
                Transmit(_host.Now);
                End(HandlerException is null ? Explain(taken.End) : PeerFailure.HandlerFailed);
                break;
        }
    }

    private static PeerFailure? Explain(SessionEnd end) => end switch
    {
        SessionEnd.Closed => null,
        SessionEnd.IceFailed => PeerFailure.IceFailed,
        SessionEnd.ConsentExpired => PeerFailure.ConsentExpired,
        SessionEnd.FingerprintMismatch => PeerFailure.FingerprintMismatch,
        SessionEnd.DtlsFailed => PeerFailure.DtlsFailed,
        SessionEnd.SctpFailed => PeerFailure.SctpFailed,
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static PathKind KindOf(IcePathKind? kind) => kind switch
    {
        IcePathKind.Local => PathKind.Local,
        IcePathKind.Direct => PathKind.Direct,
        IcePathKind.Relay => PathKind.Relay,
        _ => PathKind.None,
    };

    /// <summary>The connection is gone.</summary>
    internal void End(PeerFailure? failure)
    {
        if (_isEnded) return;
        _isEnded = true;
        _host.Forget(this);
        foreach (var channel in _channels.Values) channel.OnClosed();
        _channels.Clear();
        _opened.Writer.TryComplete();
        _session.Dispose();
        if (_ownsCertificate) _certificate.Dispose();
        _completion.TrySetResult(failure);
    }
}
