using QuicPair.Rtc.Machine;
using QuicPair.Rtc.Sctp;
using QuicPair.Rtc.Session;
using QuicPair.Rtc.Tests.Simulation;
using QuicPair.Rtc.Wire;

namespace QuicPair.Rtc.Tests.Soak;

/// <summary>
/// A session whose address changes, by itself or by a NAT in front of it. What is sent from an address that is gone, or
/// to one, is lost.
/// </summary>
internal sealed class RoamingEndpoint(RtcSession session, TransportAddress address) : IEndpoint
{
    public RtcSession Session { get; } = session;

    public RoamingEndpoint Peer { get; set; } = null!;

    /// <summary>Where it is bound.</summary>
    public TransportAddress Address { get; set; } = address;

    /// <summary>What the peer sees.</summary>
    public TransportAddress External { get; set; } = address;

    public Queue<byte[]> Messages { get; } = new();

    /// <summary>Channels that are open, the first one offered with the session.</summary>
    public List<StreamId> Channels { get; } = [];

    public Instant? NextTimeout => Session.NextTimeout;

    public void HandleDatagram(Instant now, ReadOnlySpan<byte> packet) =>
        Session.HandleDatagram(now, new NetworkPath(Address, Peer.External), packet);

    public void HandleTimeout(Instant now) => Session.HandleTimeout(now);

    public bool TryTransmit(Instant now, Span<byte> destination, out int length)
    {
        while (Session.TryTransmit(now, destination, out length, out var path))
        {
            if (path.Local == Address && path.Remote == Peer.External) return true;
        }

        return false;
    }

    public void TakeEvents(Instant now)
    {
        while (Session.TryTake(out var taken))
        {
            switch (taken.Kind)
            {
                case SessionEventKind.Message:
                    Messages.Enqueue(taken.Payload.ToArray());
                    break;
                case SessionEventKind.ChannelOpened:
                    Channels.Add(taken.Channel);
                    break;
                case SessionEventKind.ChannelClosed:
                    _ = Channels.Remove(taken.Channel);
                    break;
            }
        }
    }
}
