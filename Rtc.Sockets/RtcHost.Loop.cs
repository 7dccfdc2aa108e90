using QuicPair.Rtc.Ice;
using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sockets.Gathering;
using QuicPair.Rtc.Sockets.Loop;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Sockets;

/// <summary>Receiving, timing, sending and delivering.</summary>
public sealed partial class RtcHost
{
    // Ours: the largest datagram of a data channel is 1,280 bytes.
    private const int SendBufferLength = 2_048;

    private readonly Queue<PeerConnection> _dirty = new();
    private readonly ReceiveFaults _faults = new();
    private readonly ManualResetEventSlim _stopping = new();
    private readonly Lock _delivery = new();

    /// <summary>Held for every change of a peer.</summary>
    internal Lock Gate { get; } = new();

    internal Instant Now => _clock.Now;

    Lock IGatheringHost.Gate => Gate;

    Instant IGatheringHost.Now => Now;

    bool IGatheringHost.TrySendToServer(ReadOnlySpan<byte> datagram, TransportAddress server)
    {
        _endpoint.Flush();
        _endpoint.Send(datagram, server);
        return _endpoint.Flush();
    }

    TimeProvider IGatheringHost.Clock => _options.TimeProvider;

    IEntropy IGatheringHost.Entropy => _entropy;

    void IGatheringHost.OnRelayed(Instant now, NetworkPath path, ReadOnlySpan<byte> datagram) =>
        Dispatch(now, datagram, path);

    void IGatheringHost.OnRelayNews() => _standing.Look(Now);

    void IGatheringHost.AfterReceive() => Deliver();

    void IGatheringHost.OnCandidatesChanged(bool network)
    {
        var now = Now;
        foreach (var peer in _directory.All.ToArray())
        {
            peer.UpdateCandidates(now, network);
            peer.Flush(now);
            MarkDirty(peer);
        }

        ThreadPool.UnsafeQueueUserWorkItem(
            static state => state.Host.AfterCandidatesChanged(state.Network), (Host: this, Network: network), false);
    }

    private void AfterCandidatesChanged(bool network)
    {
        Deliver();
        Tell(CandidatesChanged);
        if (network) Tell(NetworkChanged);
    }

    private void Tell(EventHandler? listeners)
    {
        foreach (var each in Delegate.EnumerateInvocationList(listeners)) Contain(() => each(this, EventArgs.Empty));
    }

    private void TellSocketFailed(System.Net.Sockets.SocketError fault)
    {
        foreach (var each in Delegate.EnumerateInvocationList(SocketFailed)) Contain(() => each(this, fault));
    }

    /// <summary>
    /// What a listener throws ends neither this thread, and the process with it, nor keeps the news from the others.
    /// </summary>
    private void Contain(Action listener)
    {
        try
        {
            listener();
        }
        catch (Exception cause)
        {
            _options.OnListenerFault?.Invoke(cause);
        }
    }

    /// <summary>Scratch space for one datagram. Guarded by the gate.</summary>
    internal byte[] SendBuffer { get; } = GC.AllocateUninitializedArray<byte>(SendBufferLength, pinned: true);

    internal void Send(Instant now, PeerConnection peer, ReadOnlySpan<byte> datagram, NetworkPath path)
    {
        if (datagram is [0 or 1, ..]) _directory.Expect(path.Remote, peer);
        if (path.Local == _endpoint.BoundFor(path.Remote)) _endpoint.Send(datagram, path.Remote);
        else _standing.FindRelay(path.Local)?.Send(now, path.Remote, datagram);
    }

    /// <summary>Has the system take what was sent. Needs the gate.</summary>
    internal void FlushSends() => _endpoint.Flush();

    internal void Schedule(Instant now, PeerConnection peer, Instant? deadline) =>
        _deadlines.Schedule(now, peer, deadline);

    /// <summary>Our candidates, best first.</summary>
    internal IReadOnlyList<IceCandidate> CandidatesFor(bool relayOnly) => relayOnly
        ? [.. _standing.Candidates.Where(candidate => candidate.Type == IceCandidateType.Relayed)]
        : _standing.Candidates;

    /// <summary>The peer's credentials may have changed.</summary>
    internal void Rename(PeerConnection peer) => _directory.Add(peer);

    internal void Forget(PeerConnection peer)
    {
        _directory.Remove(peer);
        _deadlines.Forget(peer);
    }

    /// <summary>
    /// Sends what a change has brought, at once, or after the delivery in which the change was made, when it can share
    /// a packet with others. Needs the gate.
    /// </summary>
    internal void FlushOrDefer(PeerConnection peer)
    {
        if (_delivery.IsHeldByCurrentThread) MarkDirty(peer);
        else peer.Flush(Now);
    }

    /// <summary>Delivers what a peer has to say, on another thread.</summary>
    internal void DeliverSoon(PeerConnection peer)
    {
        lock (Gate) MarkDirty(peer);
        ThreadPool.UnsafeQueueUserWorkItem(static host => host.Deliver(), this, preferLocal: false);
    }

    private void ReceiveLoop()
    {
        while (!_isStopping)
        {
            var batch = _endpoint.Receive();
            if (batch.IsEmpty)
            {
                OnReceiveFault();
                continue;
            }

            _faults.Reset();
            lock (Gate)
            {
                var now = Now;
                foreach (var datagram in batch)
                {
                    if (_endpoint.IsAllowed(datagram.Sender)) Dispatch(now, datagram.Payload, datagram.Sender);
                }
            }

            Deliver();
        }
    }

    private void OnReceiveFault()
    {
        if (_isStopping || !_faults.IsLasting(out var pause)) return;
        var fault = _endpoint.Fault;
        if (pause > TimeSpan.Zero && _stopping.Wait(pause)) return;
        lock (Gate)
        {
            if (_isStopping) return;
            // Peers take the new socket for the old one; each looks whether its path still works.
            if (_endpoint.TryRebind()) ((IGatheringHost)this).OnCandidatesChanged(network: true);
        }

        ThreadPool.UnsafeQueueUserWorkItem(
            static state => state.Host.TellSocketFailed(state.Fault),
            (Host: this, Fault: fault),
            preferLocal: false);
    }

    private void Dispatch(Instant now, ReadOnlySpan<byte> datagram, TransportAddress sender)
    {
        // The answers of servers begin with 0x01, checks of peers with 0x00.
        if (datagram is [1, ..] && _standing.TryHandle(now, sender, datagram)) return;
        Dispatch(now, datagram, new NetworkPath(_endpoint.BoundFor(sender), sender));
    }

    private void Dispatch(Instant now, ReadOnlySpan<byte> datagram, NetworkPath path)
    {
        if (_directory.Find(datagram, path.Remote) is not { } peer) return;
        peer.HandleDatagram(now, path, datagram);
        if (datagram is [0 or 1, ..] && peer.IsValidated(path)) _directory.Claim(path.Remote, peer);
        MarkDirty(peer);
    }

    private void OnTimer()
    {
        lock (Gate)
        {
            var now = Now;
            _deadlines.Fired();
            while (_deadlines.TryTakeDue(now, out var peer))
            {
                peer.HandleTimeout(now);
                peer.Flush(now);
                MarkDirty(peer);
            }

            _deadlines.Arm(now);
        }

        Deliver();
    }

    /// <summary>
    /// Lets every peer that has changed say what it has to say, then sends what is due: acknowledgements share packets
    /// with answers that were given at once.
    /// </summary>
    private void Deliver()
    {
        lock (_delivery)
        {
            while (TryTakeDirty(out var peer))
            {
                peer.Deliver();
                lock (Gate) peer.Flush(Now);
            }
        }
    }

    private void MarkDirty(PeerConnection peer)
    {
        if (peer.IsDirty) return;
        peer.IsDirty = true;
        _dirty.Enqueue(peer);
    }

    private bool TryTakeDirty(out PeerConnection peer)
    {
        lock (Gate)
        {
            if (!_dirty.TryDequeue(out peer!)) return false;
            peer.IsDirty = false;
            return true;
        }
    }
}
