using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Session;

namespace QuicPair.Rtc.Sockets.Loop;

/// <summary>
/// Channels that this end has closed and the peer has not: a peer that lives and never answers must not keep whoever
/// waits for <see cref="DataChannel.Closed"/>. Guarded by the host's gate.
/// </summary>
internal sealed class ClosingChannels
{
    /// <summary>
    /// Ours: a reset that is repeated for so long has been lost ten times. It counts from the last time when something
    /// that was sent before got through.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Queue<(DataChannel Channel, long Buffered, Instant EndsAt)> _waiting = new();

    /// <summary>When to look again.</summary>
    public Instant? NextTimeout => _waiting.TryPeek(out var first) ? first.EndsAt : null;

    /// <summary>Starts the time of <paramref name="channel"/>; once is enough.</summary>
    public void Add(Instant now, DataChannel channel, RtcSession session)
    {
        if (channel.IsClosing) return;
        channel.IsClosing = true;
        _waiting.Enqueue((channel, session.BufferedAmount(channel.StreamId), now + Patience));
    }

    /// <summary>Takes the next channel whose time is over.</summary>
    public bool TryTakeOverdue(Instant now, RtcSession session, out DataChannel channel)
    {
        while (_waiting.TryPeek(out var first) && first.EndsAt <= now)
        {
            _waiting.Dequeue();
            channel = first.Channel;
            if (channel.Closed.IsCompleted) continue;
            var buffered = session.BufferedAmount(channel.StreamId);
            if (buffered >= first.Buffered) return true;
            _waiting.Enqueue((channel, buffered, now + Patience));
        }

        channel = null!;
        return false;
    }
}
